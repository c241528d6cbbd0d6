//! The command line: `baton --help` lists the commands.

fn main() {}
