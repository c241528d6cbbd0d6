//! What is wrong with a configuration, shown with file, line and caret.

use std::{fmt::Write, ops::Range};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report,
};

use super::Sources;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The configuration can't be used.
    Mistake,
    /// It is understood, but this version does not do it yet.
    NotYet,
    /// It can be used, but is hardly what was meant.
    Lint,
}

impl Severity {
    /// The word before the message.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Severity::Mistake => "mistake",
            Severity::NotYet => "warning",
            Severity::Lint => "lint",
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in the user's words.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where, in the bytes of all [`Sources`]; nowhere when a file could not be opened.
    pub span: Option<Range<usize>>,
}

impl Complaint {
    /// A mistake at a place.
    pub fn mistake(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Mistake,
            message: message.into(),
            help: None,
            span: Some(span),
        }
    }

    /// The same with advice.
    #[must_use]
    pub fn help(self, help: impl Into<Option<String>>) -> Self {
        let help = help.into();
        Self { help, ..self }
    }

    /// `baton.toml:12:5: mistake: …`, in one line.
    fn line(&self, sources: &Sources) -> String {
        let mut line = String::new();
        if let Some((file, within)) = self.span.as_ref().and_then(|it| sources.locate(it)) {
            let (row, column) = file.line_and_column(within.start);
            line = format!("{}:{row}:{column}: ", file.path.display());
        }
        let _ = write!(line, "{}: {}", self.severity.word(), self.message);
        if let Some(help) = &self.help {
            let _ = write!(line, " ({help})");
        }
        line
    }

    fn report(&self, sources: &Sources) -> Report {
        let mut diagnostic = MietteDiagnostic::new(&self.message);
        diagnostic.severity = Some(match self.severity {
            Severity::Mistake => miette::Severity::Error,
            Severity::NotYet | Severity::Lint => miette::Severity::Warning,
        });
        diagnostic.help.clone_from(&self.help);
        let Some((file, within)) = self.span.as_ref().and_then(|it| sources.locate(it)) else {
            return Report::new(diagnostic);
        };
        diagnostic.labels = Some(vec![LabeledSpan::underline(within)]);
        let source = NamedSource::new(file.path.to_string_lossy(), file.shown.clone());
        Report::new(diagnostic).with_source_code(source)
    }
}

/// All complaints by place, each in one line that never changes its form.
#[must_use]
pub fn plain(complaints: &[Complaint], sources: &Sources) -> String {
    let lines = sorted(complaints).map(|it| it.line(sources) + "\n");
    lines.collect()
}

/// All complaints by place, as a person wants to see them.
#[must_use]
pub fn render(complaints: &[Complaint], sources: &Sources, colour: bool) -> String {
    let theme = if colour {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(100)
        .with_links(false);
    let mut out = String::new();
    for complaint in sorted(complaints) {
        let report = complaint.report(sources);
        if handler.render_report(&mut out, report.as_ref()).is_err() {
            out.push_str(&complaint.line(sources));
        }
        out.push('\n');
    }
    out
}

fn sorted(complaints: &[Complaint]) -> impl Iterator<Item = &Complaint> {
    let mut sorted: Vec<&Complaint> = complaints.iter().collect();
    sorted.sort_by_key(|it| it.span.as_ref().map(|it| it.start));
    sorted.into_iter()
}
