//! What is wrong with a mail of blocks, told of the block it is in.

use crate::config::Config;
use crate::domains::campaigns::content::{
    Block, Code, Color, ColumnBlock, Compiled, Field, LEAST_CONTRAST, Problem, Severity, Theme, WrittenBlocks,
};
use crate::domains::campaigns::templates::actions;
use crate::domains::campaigns::templates::model::{Channel, Purpose, Words};
use crate::kernel::error::FieldErrors;

use super::layout::{Kind, Layout};

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// In which block; none when it is about all of them.
    pub block: Option<usize>,
    pub words: String,
    pub is_error: bool,
}

/// A mail of blocks, looked through.
#[derive(Debug)]
pub struct Checked {
    /// Nothing when something is wrong.
    pub compiled: Option<Compiled>,
    /// What is wrong with the words around the blocks: subject, variables and so on.
    pub around: Vec<Problem>,
    /// What there is to say about blocks and theme.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// Whether it can't be saved as a version.
    pub fn is_wrong(&self) -> bool {
        self.compiled.is_none() || self.findings.iter().any(|one| one.is_error)
    }

    /// Why it can't be looked at, in the words in which its block is told of it where it is one; empty when it can.
    pub fn unseen(&self, looked_at: &Result<Compiled, Vec<Problem>>) -> String {
        let Err(problems) = looked_at else {
            return String::new();
        };
        let first = problems.iter().find(|one| one.severity == Severity::Error);
        let sentence = first.map(|one| one.sentence.as_str()).unwrap_or_default();
        let told = |one: &&Finding| one.is_error && one.words.ends_with(sentence);
        let found = self.findings.iter().find(told);
        found.map_or_else(|| sentence.to_owned(), |one| one.words.clone())
    }

    /// Everything that stands in the way of a version, beside its field; what is about blocks stands at `blocks`.
    pub fn errors(&self) -> FieldErrors {
        let mut errors = crate::domains::campaigns::templates::forms::errors_of(&self.around);
        if let Some(first) = self.findings.iter().find(|one| one.is_error) {
            errors.add("blocks", first.words.clone());
        }
        errors
    }
}

/// Looks through a mail of blocks: by what each block needs, and by compiling it.
pub fn check(layout: &Layout, words: &Words, purpose: Purpose, config: &Config) -> Checked {
    let written = layout.written(config);
    let whole = Words {
        source: written.mjml.clone(),
        ..words.clone()
    };
    let outcome = actions::compiled(&whole, Channel::Email, purpose, config);
    let (compiled, problems) = match outcome {
        Ok(compiled) => {
            let warnings = compiled.warnings().to_vec();
            (Some(compiled), warnings)
        }
        Err(problems) => (None, problems),
    };
    let (inside, around): (Vec<_>, Vec<_>) = problems
        .into_iter()
        .partition(|one| one.place.field == Field::Source);
    let mut findings = unfinished(layout);
    findings.extend(of_theme(&layout.theme));
    for problem in &inside {
        add_told(&mut findings, problem, &written, layout);
    }
    Checked {
        compiled,
        around,
        findings,
    }
}

/// A mail for looking at while it is arranged: what is unfinished is left out, and what only matters for sending is not asked.
///
/// # Errors
/// Why it can't be looked at.
pub fn looked_at(layout: &Layout, words: &Words, config: &Config) -> Result<Compiled, Vec<Problem>> {
    let finished = Layout {
        theme: layout.theme.clone(),
        blocks: layout.blocks.iter().filter_map(finished).collect(),
    };
    let subject = match words.subject.trim() {
        "" => "No subject yet".to_owned(),
        subject => subject.to_owned(),
    };
    let whole = Words {
        subject,
        source: finished.written(config).mjml,
        ..words.clone()
    };
    actions::compiled(&whole, Channel::Email, Purpose::Transactional, config)
}

fn finished(block: &Block) -> Option<Block> {
    let column = |blocks: &[ColumnBlock]| {
        let whole = |one: &&ColumnBlock| lacking(&Block::from((*one).clone())).is_none();
        blocks.iter().filter(whole).cloned().collect()
    };
    match block {
        Block::TwoColumns { left, right } => Some(Block::TwoColumns {
            left: column(left),
            right: column(right),
        }),
        block => lacking(block).is_none().then(|| block.clone()),
    }
}

/// What a block lacks, in words of its own; the compiler would speak of an address without a host.
fn unfinished(layout: &Layout) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, block) in layout.blocks.iter().enumerate() {
        for words in lacking_within(block) {
            findings.push(Finding {
                block: Some(at),
                words: of_block(at, block, words),
                is_error: true,
            });
        }
        if let Block::Image { source, alt, .. } = block
            && alt.is_empty()
            && !source.is_empty()
        {
            let words = "it has no words for those who do not see it, so it counts as decoration.";
            findings.push(Finding {
                block: Some(at),
                words: of_block(at, block, words),
                is_error: false,
            });
        }
    }
    findings
}

fn lacking_within(block: &Block) -> Vec<&'static str> {
    match block {
        Block::TwoColumns { left, right } => left
            .iter()
            .chain(right)
            .filter_map(|one| lacking(&Block::from(one.clone())))
            .collect(),
        block => lacking(block).into_iter().collect(),
    }
}

fn lacking(block: &Block) -> Option<&'static str> {
    let is_blank = |text: &str| text.trim().is_empty();
    match block {
        Block::Heading { text, .. } if is_blank(text) => Some("a heading has no words yet."),
        Block::Text { markdown } if is_blank(markdown) => Some("a text has no words yet."),
        Block::Button { label, .. } if is_blank(label) => Some("a button has no words yet."),
        Block::Button { address, .. } if is_blank(address) => Some("a button leads nowhere yet."),
        Block::Image { source, .. } if source.is_empty() => Some("no image is chosen yet."),
        _ => None,
    }
}

fn of_theme(theme: &Theme) -> Vec<Finding> {
    let about = |words: String, is_error| Finding {
        block: None,
        words,
        is_error,
    };
    let colors = [
        &theme.brand,
        &theme.on_brand,
        &theme.background,
        &theme.paper,
        &theme.text,
    ];
    if let Some(wrong) = colors.iter().find(|color| Color::parse(color).is_none()) {
        let words = format!("Colours: “{wrong}” is no colour. Write it like #175e54.");
        return vec![about(words, true)];
    }
    let pairs = [
        ("Words on the brand colour", &theme.on_brand, &theme.brand),
        ("Text", &theme.text, &theme.paper),
        ("Links in the brand colour", &theme.brand, &theme.paper),
    ];
    let faint = |(what, words, ground): (&str, &String, &String)| {
        let contrast = Color::parse(words)?.contrast(Color::parse(ground)?);
        (contrast < LEAST_CONTRAST).then(|| {
            format!(
                "Colours: {what} can hardly be read: {contrast:.1} to 1, and {LEAST_CONTRAST} to 1 is the least."
            )
        })
    };
    pairs
        .into_iter()
        .filter_map(faint)
        .map(|words| about(words, false))
        .collect()
}

/// Says a problem of the MJML in the words of blocks. What [`unfinished`] said already is not said again.
fn add_told(findings: &mut Vec<Finding>, problem: &Problem, written: &WrittenBlocks, layout: &Layout) {
    let block = problem.place.line.and_then(|line| written.block_at(line));
    let is_error = problem.severity == Severity::Error;
    let is_told = |findings: &[Finding]| findings.iter().any(|one| one.block == block && one.is_error);
    let repeats = matches!(problem.code, Code::EmptyUrl | Code::ImageNotInLibrary);
    if repeats && findings.iter().any(|one| one.is_error) && (block.is_none() || is_told(findings)) {
        return;
    }
    let words = match problem.code {
        Code::NoUnsubscribeLink | Code::NoPostalAddress => {
            "There is no way to leave and no postal address. Add the block “Footer”, which has both."
                .to_owned()
        }
        Code::InsecureUrl if problem.sentence.starts_with("The image") => {
            "many mail programs will not show the image: this portal has no https address yet.".to_owned()
        }
        Code::ImageNotInLibrary => "an image is not in the library. Choose another one.".to_owned(),
        _ => problem.sentence.clone(),
    };
    let words = match block.and_then(|at| Some((at, layout.blocks.get(at)?))) {
        Some((at, block)) => of_block(at, block, &words),
        None => words,
    };
    let finding = Finding {
        block,
        words,
        is_error,
    };
    if !findings.contains(&finding) {
        findings.push(finding);
    }
}

fn of_block(at: usize, block: &Block, words: &str) -> String {
    format!("Block {} ({}): {words}", at + 1, Kind::of(block).label())
}
