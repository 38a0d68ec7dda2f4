//! What a host keeps is its own user's: folders and files that others can read are made private.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use entrepot_config::Config;

const FOLDER: u32 = 0o700;
const FILE: u32 = 0o600;
const OTHERS: u32 = 0o077;
/// Others may put files there, so it is not ours alone.
const STICKY: u32 = 0o1000;
/// Whoever keeps more than this in a folder may have good reasons to show it to others.
const FOREIGN: usize = 8;
const NOT_OWN: &str = "it is a folder for other things, too; give this host one of its own (ENTREPOT_DATA_DIR)";

/// What others could read or write.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Until now.
    pub(crate) tightened: Vec<PathBuf>,
    /// Still, and why.
    pub(crate) open: Vec<(PathBuf, String)>,
}

/// The data folder, made where it is not there, and everything in it that is a host's.
pub(crate) fn prepare(config: &Config) -> Result<Found> {
    let folder = &config.data_dir;
    let made = DirBuilder::new().recursive(true).mode(FOLDER).create(folder);
    made.with_context(|| format!("the data folder {} cannot be made", folder.display()))?;
    let mut found = Found::default();
    found.tighten_data_folder(folder, config);
    found.tighten(&config.key_file());
    for kept in [config.compiled_folder().parent(), Some(&config.spool_folder())].into_iter().flatten() {
        found.tighten_all(kept);
    }
    if let Some(database) = config.database_file() {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let mut name = OsString::from(&database);
            name.push(suffix);
            found.tighten(Path::new(&name));
        }
    }
    Ok(found)
}

impl Found {
    fn tighten_data_folder(&mut self, folder: &Path, config: &Config) {
        let database = config.database_file().unwrap_or_default();
        let ours = ["cache", "spool", "master.key", &database.file_name().unwrap_or_default().to_string_lossy()];
        let foreign = |entry: &fs::DirEntry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            !ours.iter().any(|own| !own.is_empty() && name.starts_with(*own))
        };
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        if entries.filter(foreign).take(FOREIGN + 1).count() <= FOREIGN {
            self.tighten(folder);
        } else if fs::metadata(folder).is_ok_and(|about| about.mode() & OTHERS != 0) {
            self.open.push((folder.to_owned(), NOT_OWN.to_owned()));
        }
    }

    fn tighten_all(&mut self, folder: &Path) {
        self.tighten(folder);
        // What is not there, or went meanwhile, is no concern.
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => self.tighten_all(&entry.path()),
                Ok(kind) if kind.is_file() => self.tighten(&entry.path()),
                _ => {}
            }
        }
    }

    fn tighten(&mut self, path: &Path) {
        // A link is somebody's arrangement: what it leads to is judged, and only changed if it is ours.
        let Ok(about) = fs::metadata(path) else { return };
        if about.mode() & OTHERS == 0 {
            return;
        }
        match restrict(path, &about) {
            Ok(()) => self.tightened.push(path.to_owned()),
            Err(why) => self.open.push((path.to_owned(), why.to_string())),
        }
    }
}

fn restrict(path: &Path, about: &Metadata) -> io::Result<()> {
    if about.is_dir() && about.mode() & STICKY != 0 {
        return Err(io::Error::other(NOT_OWN));
    }
    if about.uid() != nix::unistd::geteuid().as_raw() {
        return Err(io::Error::other("it belongs to another user"));
    }
    fs::set_permissions(path, Permissions::from_mode(if about.is_dir() { FOLDER } else { FILE }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").mode() & 0o777
    }

    #[test]
    fn what_others_could_read_is_tightened_and_said() {
        let outer = tempfile::tempdir().expect("a folder");
        let data = outer.path().join("data");
        let env = |name: &str| match name {
            "ENTREPOT_DATA_DIR" => Some(data.display().to_string()),
            "ENTREPOT_DATABASE_URL" => Some(format!("sqlite://{}", data.join("entrepot.db").display())),
            _ => None,
        };
        let config = Config::from_sources(None, env).expect("fine");
        assert_eq!(prepare(&config).expect("made"), Found::default());
        assert_eq!(mode(&data), 0o700);

        let files = [
            "entrepot.db",
            "entrepot.db-wal",
            "entrepot.db-shm",
            "master.key",
            "cache/compiled/x.cwasm",
            "spool/host-1/a",
        ];
        for name in files {
            let path = data.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(&path, "x").expect("written");
            fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("open");
        }
        fs::set_permissions(&data, Permissions::from_mode(0o755)).expect("open");
        // Not ours: somebody put it there.
        fs::write(data.join("notes.txt"), "x").expect("written");
        fs::set_permissions(data.join("notes.txt"), Permissions::from_mode(0o644)).expect("open");
        let found = prepare(&config).expect("prepared");
        for name in files {
            assert_eq!(mode(&data.join(name)), 0o600, "{name}");
            assert!(found.tightened.contains(&data.join(name)), "{found:?}");
        }
        for name in [".", "cache", "cache/compiled", "spool", "spool/host-1"] {
            assert_eq!(mode(&data.join(name)), 0o700, "{name}");
        }
        assert_eq!(mode(&data.join("notes.txt")), 0o644);
        assert!(found.open.is_empty() && prepare(&config).expect("again") == Found::default());
    }

    #[test]
    fn a_folder_of_others_stays_as_it_is() {
        let outer = tempfile::tempdir().expect("a folder");
        for number in 0..20 {
            fs::write(outer.path().join(number.to_string()), "x").expect("written");
        }
        fs::set_permissions(outer.path(), Permissions::from_mode(0o755)).expect("open");
        let data = outer.path().display().to_string();
        let config =
            Config::from_sources(None, |name| (name == "ENTREPOT_DATA_DIR").then(|| data.clone())).expect("fine");
        let found = prepare(&config).expect("prepared");
        assert!(mode(outer.path()) == 0o755 && found.open[0].1.contains("ENTREPOT_DATA_DIR"), "{found:?}");
    }

    #[test]
    fn a_folder_for_everybody_stays_one() {
        let outer = tempfile::tempdir().expect("a folder");
        fs::set_permissions(outer.path(), Permissions::from_mode(0o1777)).expect("as /tmp");
        let mut found = Found::default();
        found.tighten(outer.path());
        assert!(found.tightened.is_empty() && found.open[0].1.contains("ENTREPOT_DATA_DIR"), "{found:?}");
    }
}
