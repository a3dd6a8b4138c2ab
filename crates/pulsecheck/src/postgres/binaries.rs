//! Where PostgreSQL's programs are on this machine, and which of several versions fits the data.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

/// The oldest version that every statement of ours runs on.
const OLDEST: u32 = 14;

/// Where `make tools` puts the programs that it brings, within the clone.
const BROUGHT: &str = ".tools/postgres";

/// The versions of which it can.
const BRINGS: RangeInclusive<u32> = 16..=18;

/// A folder with `postgres` and `initdb`, and their major version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// The folder.
    pub folder: PathBuf,
    /// 15, 16 …
    pub major: u32,
}

impl Binaries {
    /// Looks in `chosen` (the setting `PG_BIN_DIR`) alone, or else wherever packages put them. With data of a major version only that
    /// version fits; without, the first that is found.
    pub fn find(chosen: Option<&Path>, wanted: Option<u32>) -> anyhow::Result<Self> {
        let places = chosen.map_or_else(places, |folder| vec![folder.to_owned()]);
        let found: Vec<Self> = places
            .iter()
            .filter_map(|folder| Self::at(folder))
            .collect();
        let fitting = found.iter().find(|candidate| {
            wanted.map_or(candidate.major >= OLDEST, |major| candidate.major == major)
        });
        if let Some(binaries) = fitting {
            return Ok(binaries.clone());
        }
        bail!("{}", missing(chosen, wanted, &found))
    }

    fn at(folder: &Path) -> Option<Self> {
        let folder = std::path::absolute(folder).ok()?;
        if !folder.join("initdb").is_file() {
            return None;
        }
        let output = Command::new(folder.join("postgres"))
            .arg("--version")
            .output()
            .ok()?;
        let major = major(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self { folder, major })
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The major version that wrote the data in `folder`; `None` where there is no data yet.
pub fn data_major(folder: &Path) -> anyhow::Result<Option<u32>> {
    let path = folder.join("PG_VERSION");
    match std::fs::read_to_string(&path) {
        Ok(text) => text
            .trim()
            .parse()
            .map(Some)
            .with_context(|| format!("{} holds no version", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The same places, in the same order, as `scripts/ensure/postgres`, which brings programs into `.tools` of the clone.
fn places() -> Vec<PathBuf> {
    let mut places = Vec::new();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        places.push(PathBuf::from(
            String::from_utf8_lossy(&output.stdout).trim(),
        ));
    }
    let mut packaged = Vec::new();
    for (parent, prefix) in [
        ("/usr/lib/postgresql", ""),
        ("/usr", "pgsql-"),
        ("/opt/homebrew/opt", "postgresql@"),
        ("/usr/local/opt", "postgresql@"),
        (BROUGHT, ""),
    ] {
        packaged.extend(versions_under(Path::new(parent), prefix));
    }
    if let Ok(program) = std::env::current_exe() {
        packaged.extend(brought_beside(&program));
    }
    packaged.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    places.extend(packaged.into_iter().map(|(_, folder)| folder));
    places
}

/// The versions in `.tools` of any folder that `program` lies in: `target/release/pulsecheck` is started from anywhere. A folder in
/// which everybody may make files, such as `/tmp`, is passed over.
fn brought_beside(program: &Path) -> Vec<(u32, PathBuf)> {
    let folders = program.ancestors().skip(1);
    folders
        .filter(|folder| !may_everybody_write(folder))
        .flat_map(|folder| versions_under(&folder.join(BROUGHT), ""))
        .collect()
}

fn may_everybody_write(folder: &Path) -> bool {
    folder
        .metadata()
        .map_or(true, |found| found.mode() & 0o002 != 0)
}

/// Folders such as `/usr/lib/postgresql/16/bin` with the number in their name.
fn versions_under(parent: &Path, prefix: &str) -> Vec<(u32, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return Vec::new();
    };
    let versions = entries.filter_map(|entry| {
        let entry = entry.ok()?;
        let version = entry
            .file_name()
            .to_str()?
            .strip_prefix(prefix)?
            .parse()
            .ok()?;
        Some((version, entry.path().join("bin")))
    });
    versions.collect()
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` → 15.
fn major(text: &str) -> Option<u32> {
    let version = text
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    version
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

fn missing(chosen: Option<&Path>, wanted: Option<u32>, found: &[Binaries]) -> String {
    let needed = wanted.map_or_else(
        || format!("PostgreSQL {OLDEST} or newer"),
        |major| format!("PostgreSQL {major}"),
    );
    if let Some(folder) = chosen {
        return format!(
            "PG_BIN_DIR={} holds no {needed} (postgres and initdb).",
            folder.display()
        );
    }
    let why = wanted
        .map(|major| format!(" The data was written by version {major}."))
        .unwrap_or_default();
    let majors: BTreeSet<u32> = found.iter().map(|binaries| binaries.major).collect();
    let versions: Vec<String> = majors.iter().map(u32::to_string).collect();
    let instead = if versions.is_empty() {
        String::new()
    } else {
        format!(" Found: {}.", versions.join(", "))
    };
    let package = wanted.map(|major| format!("-{major}")).unwrap_or_default();
    let formula = wanted.unwrap_or(16);
    let brought = if BRINGS.contains(&formula) {
        "\n    make tools                           (brings it into .tools, without sudo)"
    } else {
        ""
    };
    format!(
        "{needed} is missing.{why}{instead} Type one of these, then start again:\n    \
         sudo apt-get install postgresql{package}      (Debian, Ubuntu)\n    \
         brew install postgresql@{formula}             (macOS){brought}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_distribution_s_version_line_is_understood() {
        assert_eq!(
            major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"),
            Some(15)
        );
        assert_eq!(major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major("postgres (PostgreSQL) 16.14"), Some(16));
        assert_eq!(major("not found"), None);
    }

    #[test]
    fn what_was_brought_into_the_clone_is_found_from_any_folder_but_not_where_everybody_writes() {
        use std::os::unix::fs::PermissionsExt as _;
        let clone = tempfile::tempdir().unwrap();
        let programs = clone.path().join(".tools/postgres/16/bin");
        std::fs::create_dir_all(&programs).unwrap();
        let program = clone.path().join("target/release/pulsecheck");
        assert_eq!(brought_beside(&program), [(16, programs)]);
        let everybody = std::fs::Permissions::from_mode(0o1777);
        std::fs::set_permissions(clone.path(), everybody).unwrap();
        assert_eq!(brought_beside(&program), []);
    }

    #[test]
    fn a_missing_major_is_named_with_the_line_to_type() {
        // Two places may be the same folder.
        let found = ["/usr/lib/postgresql/15/bin", "/usr/bin"].map(|folder| Binaries {
            folder: PathBuf::from(folder),
            major: 15,
        });
        let sentence = missing(None, Some(16), &found);
        assert!(
            sentence.contains(
                "PostgreSQL 16 is missing. The data was written by version 16. Found: 15. "
            ),
            "{sentence}"
        );
        assert!(
            sentence.contains("sudo apt-get install postgresql-16"),
            "{sentence}"
        );
        assert!(sentence.contains("make tools"), "{sentence}");
        assert!(!missing(None, Some(15), &[]).contains("make tools"));
    }
}
