//! The file: a gzipped tar with `manifest.json`, `secret.key`, while it is being changed `secret.key.previous`, `tables/NN/NNNNNN` (rows, in pieces) and `complete` at its end.

use std::fs::{self, DirBuilder, File};
use std::io::{BufReader, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use secrecy::{ExposeSecret as _, SecretString};
use tar::{Archive, Builder, Entries, EntryType, Header};
use tempfile::NamedTempFile;

use super::{FORMAT, Manifest};
use crate::secret_key::Keys;

/// A tar entry has to know its size before its content, so rows are written in pieces of this many bytes.
const PIECE: usize = 4 << 20;
/// Pieces are at most this large when read, whoever wrote them.
const LARGEST: u64 = 64 << 20;

const MANIFEST: &str = "manifest.json";
const KEY: &str = "secret.key";
const PREVIOUS_KEY: &str = "secret.key.previous";
const COMPLETE: &str = "complete";

/// Writes a backup piece by piece.
pub(super) struct Writer {
    tar: Builder<GzEncoder<NamedTempFile>>,
    path: PathBuf,
    table: usize,
    piece: u32,
    buffer: Vec<u8>,
    written: u64,
}

impl Writer {
    pub(super) fn create(path: &Path, manifest: &Manifest, keys: &Keys) -> anyhow::Result<Self> {
        let path = std::path::absolute(path)?;
        let folder = path.parent().context("a file name is needed")?;
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let file = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(0o600))
            .tempfile_in(folder)?;
        let tar = Builder::new(GzEncoder::new(file, Compression::fast()));
        let mut writer = Self {
            tar,
            path,
            table: 0,
            piece: 0,
            buffer: Vec::new(),
            written: 0,
        };
        writer.entry(MANIFEST, &serde_json::to_vec_pretty(manifest)?)?;
        writer.entry(KEY, keys.current.expose_secret().as_bytes())?;
        if let Some(previous) = &keys.previous {
            writer.entry(PREVIOUS_KEY, previous.expose_secret().as_bytes())?;
        }
        Ok(writer)
    }

    /// The rows that follow belong to the table with this place in the manifest.
    pub(super) fn begin_table(&mut self, number: usize) {
        (self.table, self.piece) = (number, 0);
    }

    pub(super) fn rows(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PIECE {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Ends the rows of a table.
    pub(super) fn flush(&mut self) -> anyhow::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let buffer = std::mem::take(&mut self.buffer);
        self.entry(&piece_name(self.table, self.piece), &buffer)?;
        self.piece += 1;
        self.written += buffer.len() as u64;
        Ok(())
    }

    /// Gives the file its name. Returns how many bytes of rows it holds.
    pub(super) fn finish(mut self) -> anyhow::Result<u64> {
        self.flush()?;
        self.entry(COMPLETE, self.written.to_string().as_bytes())?;
        let file = self.tar.into_inner()?.finish()?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        Ok(self.written)
    }

    fn entry(&mut self, name: &str, content: &[u8]) -> anyhow::Result<()> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(content.len() as u64);
        header.set_mode(0o600);
        self.tar.append_data(&mut header, name, content)?;
        Ok(())
    }
}

/// A backup that is being read from its beginning.
pub(super) struct Contents<'a> {
    entries: std::iter::Peekable<Pieces<'a>>,
    /// What the backup says about itself.
    pub(super) manifest: Manifest,
    /// The installation's secret, and the one before if it still counted.
    pub(super) keys: Keys,
}

type Source = GzDecoder<BufReader<File>>;

/// Opens the file; `read_contents` then reads it.
pub(super) fn open(path: &Path) -> anyhow::Result<Archive<Source>> {
    let file =
        File::open(path).with_context(|| format!("cannot open the backup {}", path.display()))?;
    Ok(Archive::new(GzDecoder::new(BufReader::new(file))))
}

/// Reads all of a backup and keeps nothing. Fails when it is damaged or was cut off.
pub(super) fn check(path: &Path) -> anyhow::Result<()> {
    let mut archive = open(path)?;
    let mut contents = Contents::read(&mut archive)?;
    for number in 0..contents.manifest.tables.len() {
        while contents.piece(number)?.is_some() {}
    }
    contents.check_complete()
}

impl<'a> Contents<'a> {
    /// Reads what stands before the rows. Refuses a file that is no backup of ours, or one of a newer format.
    pub(super) fn read(archive: &'a mut Archive<Source>) -> anyhow::Result<Self> {
        let not_ours = "this is not a backup of PulseCheck";
        let mut entries = Pieces {
            entries: archive.entries().context(not_ours)?,
        }
        .peekable();
        let manifest = named(&mut entries, MANIFEST).context(not_ours)?;
        let format: Format = serde_json::from_slice(&manifest).context(not_ours)?;
        if format.format > FORMAT {
            bail!(
                "this backup was made by a newer PulseCheck ({}): restore it with that version or a later one",
                format.product_version
            );
        }
        let manifest = serde_json::from_slice(&manifest).context(not_ours)?;
        let current = text(named(&mut entries, KEY)?)?;
        let is_previous = |entry: &anyhow::Result<(String, Vec<u8>)>| matches!(entry, Ok((name, _)) if name == PREVIOUS_KEY);
        let previous = entries.next_if(is_previous).transpose()?;
        let previous = previous.map(|(_, content)| text(content)).transpose()?;
        Ok(Self {
            entries,
            manifest,
            keys: Keys { current, previous },
        })
    }

    /// The next piece of the rows of table `number`, in order; `None` after the last.
    pub(super) fn piece(&mut self, number: usize) -> anyhow::Result<Option<Vec<u8>>> {
        let prefix = piece_prefix(number);
        let belongs = |entry: &anyhow::Result<(String, Vec<u8>)>| match entry {
            Ok((name, _)) => name.starts_with(&prefix),
            Err(_) => true,
        };
        self.entries
            .next_if(belongs)
            .map(|entry| Ok(entry?.1))
            .transpose()
    }

    /// Fails when the file was cut off.
    pub(super) fn check_complete(&mut self) -> anyhow::Result<()> {
        named(&mut self.entries, COMPLETE).context("the backup is not complete")?;
        Ok(())
    }
}

/// What every version of the format has.
#[derive(serde::Deserialize)]
struct Format {
    format: u32,
    product_version: String,
}

struct Pieces<'a> {
    entries: Entries<'a, Source>,
}

impl Iterator for Pieces<'_> {
    type Item = anyhow::Result<(String, Vec<u8>)>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = |entry: std::io::Result<tar::Entry<'_, Source>>| {
            let entry = entry?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let mut content = Vec::new();
            entry.take(LARGEST).read_to_end(&mut content)?;
            Ok((name, content))
        };
        let entry = self.entries.next()?;
        Some(read(entry).map_err(|error: std::io::Error| {
            anyhow::Error::new(error).context("the backup is damaged")
        }))
    }
}

fn named(entries: &mut std::iter::Peekable<Pieces<'_>>, wanted: &str) -> anyhow::Result<Vec<u8>> {
    match entries.next() {
        Some(Ok((name, content))) if name == wanted => Ok(content),
        Some(Err(error)) => Err(error),
        _ => bail!("{wanted} is missing in it"),
    }
}

fn text(content: Vec<u8>) -> anyhow::Result<SecretString> {
    Ok(String::from_utf8(content)
        .context("its key is damaged")?
        .into())
}

fn piece_prefix(table: usize) -> String {
    format!("tables/{table:02}/")
}

fn piece_name(table: usize, piece: u32) -> String {
    format!("{}{piece:06}", piece_prefix(table))
}
