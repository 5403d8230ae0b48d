//! Where a report goes: to standard output, or into a file that is there in whole or not at all.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Where a report is written.
pub(super) struct Target {
    /// The file to become, and the one that is written.
    file: Option<(PathBuf, PathBuf)>,
    stream: Stream,
}

enum Stream {
    File(BufWriter<File>),
    /// A device or a pipe: there is nothing to be replaced.
    Device(BufWriter<File>),
    Stdout(BufWriter<std::io::Stdout>),
    /// Nobody reads any more.
    Closed,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Target {
    /// Standard output, or the file of a path.
    pub(super) fn open(out: Option<&Path>) -> anyhow::Result<Target> {
        let Some(path) = out else {
            let stream = Stream::Stdout(BufWriter::new(std::io::stdout()));
            return Ok(Target { file: None, stream });
        };
        let failed = || format!("can't write {}", path.display());
        // A link leads to the file that is meant.
        let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let there = std::fs::metadata(path).ok();
        if path.is_symlink() || there.as_ref().is_some_and(|m| !m.is_file()) {
            let device =
                File::options().write(true).create(path.is_symlink()).truncate(false).open(path);
            let stream = Stream::Device(BufWriter::new(device.with_context(failed)?));
            return Ok(Target { file: None, stream });
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".writing");
        let part = path.with_file_name(name);
        let file = File::create(&part).with_context(failed)?;
        if let Some(there) = there {
            file.set_permissions(there.permissions()).with_context(failed)?;
        }
        let stream = Stream::File(BufWriter::new(file));
        Ok(Target { file: Some((path.to_owned(), part)), stream })
    }

    pub(super) fn write(&mut self, text: &str) -> anyhow::Result<()> {
        let written = match &mut self.stream {
            Stream::File(file) | Stream::Device(file) => file.write_all(text.as_bytes()),
            Stream::Stdout(out) => out.write_all(text.as_bytes()),
            Stream::Closed => Ok(()),
        };
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.stream = Stream::Closed;
                Ok(())
            }
            other => other.context("can't write the report"),
        }
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        let flushed = match &mut self.stream {
            Stream::File(file) => file.flush().and_then(|()| file.get_ref().sync_all()),
            Stream::Device(file) => file.flush(),
            Stream::Stdout(out) => out.flush(),
            Stream::Closed => Ok(()),
        };
        match flushed {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => other.context("can't write the report"),
        }
    }

    /// Puts a file in its place.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        self.flush()?;
        // It has to be closed before it is renamed where the system wants that.
        self.stream = Stream::Closed;
        if let Some((path, part)) = self.file.take() {
            std::fs::rename(&part, &path)
                .with_context(|| format!("can't write {}", path.display()))?;
        }
        Ok(())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some((_, part)) = &self.file {
            // Nothing depends on it.
            let _ = std::fs::remove_file(part);
        }
    }
}
