//! Files that an operator names, each read as a whole: one that has no end, or never says anything, is said to be wrong at once.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Far above what a configuration, a secret or a list of certificates has.
const LARGEST: u64 = 4 << 20;

/// A regular file of a few MiB at the most.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    // Before it is opened: opening a named pipe waits for somebody who writes.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        let why = format!("it has more than {} MiB", LARGEST >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

/// The same as text.
pub fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_or_is_no_file_is_not_read() {
        for path in ["/dev/zero", "/dev/null", "/"] {
            assert!(read(Path::new(path)).is_err(), "{path}");
        }
        assert!(read_text(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))).unwrap().contains("entrepot"));
    }
}
