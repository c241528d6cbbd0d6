//! `baton completions SHELL` and `baton man`: for the shell and for `man`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::{Cli, talk};

const COMPLETIONS: &str = "Examples:
  baton completions bash > ~/.local/share/bash-completion/completions/baton
  baton completions zsh  > \"${fpath[1]}/_baton\"
  baton completions fish > ~/.config/fish/completions/baton.fish";

const PAGES: &str = "Examples:
  baton man | man -l -                          read it
  baton man send | man -l -                     one command's page
  baton man --dir /usr/local/share/man/man1     every page, as files";

/// Prints a script with which the shell completes what is typed.
#[derive(Debug, Args)]
#[command(after_help = COMPLETIONS)]
pub struct Completions {
    /// Which shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the manual page.
#[derive(Debug, Args)]
#[command(after_help = PAGES)]
pub struct Manual {
    /// The command whose page is printed [default: the page of `baton` itself].
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    command: Option<String>,
    /// Writes the page of every command into this directory.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Prints the script.
pub fn completions(asked: &Completions) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(asked.shell, &mut Cli::command(), "baton", &mut script);
    talk::print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the page, or writes all of them; exit code 2 when there is no such command.
pub fn manual(asked: &Manual) -> anyhow::Result<ExitCode> {
    // A page for each `baton help …` would say nothing new.
    let mut all = Cli::command().disable_help_subcommand(true);
    all.build();
    if let Some(dir) = &asked.dir {
        std::fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
        clap_mangen::generate_to(all, dir)
            .with_context(|| format!("writing the pages into {}", dir.display()))?;
        talk::say(&format!("The pages are in {}.", dir.display()));
        return Ok(ExitCode::SUCCESS);
    }
    let page = match &asked.command {
        None => Some(all),
        Some(name) => all.find_subcommand(name).cloned(),
    };
    let Some(page) = page else {
        talk::say("baton: there is no such command; `baton --help` lists them");
        return Ok(ExitCode::from(2));
    };
    let mut text = Vec::new();
    Man::new(page).render(&mut text)?;
    talk::print(&String::from_utf8_lossy(&text))?;
    Ok(ExitCode::SUCCESS)
}
