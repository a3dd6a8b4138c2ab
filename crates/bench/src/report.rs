//! What was measured, as a page for people and the same figures for machines; a scenario that ran alone replaces its own part.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use anyhow::Context as _;
use bench::machine::Machine;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::scenario::Scenario;

/// What one scenario found.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Section {
    pub(crate) title: String,
    /// What was done, for readers.
    pub(crate) about: String,
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
    /// Everything that was measured, unrounded.
    pub(crate) figures: Value,
}

impl Section {
    pub(crate) fn new(title: impl Into<String>, about: impl Into<String>, head: &[&str]) -> Self {
        Self {
            title: title.into(),
            about: about.into(),
            head: head.iter().map(|&cell| cell.to_owned()).collect(),
            ..Self::default()
        }
    }

    /// Adds a line of the table.
    pub(crate) fn row(&mut self, cells: &[&dyn std::fmt::Display]) {
        self.rows
            .push(cells.iter().map(ToString::to_string).collect());
    }

    /// Keeps the figures behind the table.
    pub(crate) fn with(mut self, figures: &impl Serialize) -> anyhow::Result<Self> {
        self.figures = serde_json::to_value(figures)?;
        Ok(self)
    }
}

/// A section with the circumstances under which it was measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Taken {
    machine: Machine,
    /// The shortened form.
    quick: bool,
    #[serde(flatten)]
    section: Section,
}

/// The file of figures: sections by scenario.
#[derive(Debug, Default)]
pub(crate) struct Report(BTreeMap<String, Taken>);

impl Report {
    /// What earlier runs left in the JSON beside `path`; empty when there is none that can be read.
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path.with_extension("json")).unwrap_or_default();
        Self(serde_json::from_str(&text).unwrap_or_default())
    }

    pub(crate) fn put(
        &mut self,
        scenario: Scenario,
        machine: Machine,
        quick: bool,
        section: Section,
    ) {
        let taken = Taken {
            machine,
            quick,
            section,
        };
        self.0.insert(scenario.name().to_owned(), taken);
    }

    /// Writes `path` and, beside it, the same as JSON.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut page = self.page()?;
        // What `make bench-web` measured last stays the last section.
        let browser = fs::read_to_string(path.with_file_name("benchmarks-web.md"));
        page.extend(browser.map(|section| format!("\n{section}")));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, page).with_context(|| path.display().to_string())?;
        let json = serde_json::to_string_pretty(&self.0)? + "\n";
        Ok(fs::write(path.with_extension("json"), json)?)
    }

    fn page(&self) -> anyhow::Result<String> {
        let mut page = String::from(
            "# Benchmarks\n\n\
             Written by `make bench`, which starts its own Postgres and Redis and puts the released programs to work on loopback;\n\
             everything, the target included, shares the machine. `make bench ONLY=name` measures one scenario again,\n\
             `make bench QUICK=1` takes under three minutes and writes to `target`. Where a figure stands for several windows of time it is their median.\n\
             *Others* is what everything else on the machine took meanwhile, in processors: the less, the truer the lateness.\n\
             The same for machines, unrounded: `benchmarks.json`.\n",
        );
        for scenario in Scenario::ALL {
            if let Some(taken) = self.0.get(scenario.name()) {
                taken.print(&mut page, scenario)?;
            }
        }
        Ok(page)
    }
}

impl Taken {
    fn print(&self, page: &mut String, scenario: Scenario) -> anyhow::Result<()> {
        let (machine, section) = (&self.machine, &self.section);
        writeln!(page, "\n## {}\n\n{}\n", section.title, section.about)?;
        writeln!(page, "| {} |", section.head.join(" | "))?;
        writeln!(page, "|{}", "---|".repeat(section.head.len()))?;
        for row in &section.rows {
            writeln!(page, "| {} |", row.join(" | "))?;
        }
        let quick = if self.quick { " QUICK=1" } else { "" };
        writeln!(
            page,
            "\n`make bench ONLY={}{quick}`, PulseCheck {}, {} × {}, {} MB, Linux {}, load {} before.",
            scenario.name(),
            machine.version,
            machine.cores,
            machine.processor,
            machine.memory_mb,
            machine.kernel,
            machine.load
        )?;
        Ok(())
    }
}

/// With one decimal.
pub(crate) fn tenths(value: f64) -> String {
    format!("{value:.1}")
}
