use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use tempfile::TempDir;

use super::*;

const DIGEST: [u8; 32] = [1; 32];
const OTHER: [u8; 32] = [2; 32];
const ENGINE: [u8; 32] = [3; 32];

fn options(folder: &TempDir) -> CacheOptions {
    CacheOptions {
        folder: folder.path().join("cache/compiled"),
        key: CacheKey::new(Zeroizing::new([9; 32])),
        largest: 1 << 20,
    }
}

fn code(bytes: &[u8]) -> MachineCode {
    MachineCode::vouched(bytes.to_vec())
}

fn got(cache: &Cache, digest: &[u8; 32]) -> Option<Vec<u8>> {
    cache.get(digest).map(|code| code.bytes().to_vec())
}

#[test]
fn what_was_put_is_got_and_nobody_else_may_read_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = Cache::new(options(&folder), ENGINE);
    assert_eq!(got(&cache, &DIGEST), None);
    cache.put(&DIGEST, &code(b"machine code"));
    assert_eq!(got(&cache, &DIGEST).as_deref(), Some(b"machine code".as_slice()));
    assert_eq!(got(&cache, &OTHER), None);
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&cache.path(&DIGEST)), 0o600);
    assert_eq!(mode(&cache.options.folder), 0o700);
    assert_eq!(fs::read_dir(&cache.options.folder).expect("a folder").count(), 1, "no draft is left");
}

#[test]
fn changed_or_cut_anywhere_it_is_not_used_and_deleted() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = Cache::new(options(&folder), ENGINE);
    cache.put(&DIGEST, &code(b"machine code"));
    let path = cache.path(&DIGEST);
    let whole = fs::read(&path).expect("there");
    let mut broken: Vec<Vec<u8>> = (0..whole.len()).map(|end| whole[..end].to_vec()).collect();
    broken.push([whole.as_slice(), b"x"].concat());
    broken.extend((0..whole.len()).map(|at| {
        let mut changed = whole.clone();
        changed[at] ^= 0x80;
        changed
    }));
    for bytes in broken {
        fs::write(&path, &bytes).expect("written");
        assert_eq!(got(&cache, &DIGEST), None, "{bytes:?}");
        assert!(!path.exists(), "deleted");
    }
    cache.put(&DIGEST, &code(b"machine code"));
    assert!(cache.get(&DIGEST).is_some(), "made again");
}

#[test]
fn the_mac_binds_artifact_engine_and_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = Cache::new(options(&folder), ENGINE);
    let upgraded = Cache::new(options(&folder), [4; 32]);
    let stranger = Cache::new(CacheOptions { key: CacheKey::new(Zeroizing::new([8; 32])), ..options(&folder) }, ENGINE);
    cache.put(&DIGEST, &code(b"machine code"));
    let bytes = fs::read(cache.path(&DIGEST)).expect("there");
    assert_eq!(got(&upgraded, &DIGEST), None, "another engine looks for another file");
    assert!(cache.path(&DIGEST).exists());
    for (reader, digest) in [(&upgraded, &DIGEST), (&cache, &OTHER), (&stranger, &DIGEST)] {
        fs::write(reader.path(digest), &bytes).expect("written");
        assert_eq!(got(reader, digest), None);
    }
}

#[test]
fn what_was_used_last_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = Cache::new(CacheOptions { largest: 3_500, ..options(&folder) }, ENGINE);
    for digest in 1..=3 {
        cache.put(&[digest; 32], &code(&[0; 1_000]));
    }
    let age = |digest: u8, hours: u64| {
        let file = File::options().write(true).open(cache.path(&[digest; 32])).expect("there");
        file.set_modified(SystemTime::now() - Duration::from_secs(hours * 3_600)).expect("dated");
    };
    for (digest, hours) in [(1, 3), (2, 2), (3, 1)] {
        age(digest, hours);
    }
    assert!(cache.get(&[1; 32]).is_some(), "used, so it is the youngest");
    cache.put(&[4; 32], &code(&[0; 1_000]));
    let there: Vec<bool> = (1..=4).map(|digest| cache.path(&[digest; 32]).exists()).collect();
    assert_eq!(there, [true, false, true, true]);
}

#[test]
fn a_folder_that_cannot_be_made_is_no_error() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("cache"), "a file").expect("written");
    let cache = Cache::new(options(&folder), ENGINE);
    cache.put(&DIGEST, &code(b"machine code"));
    assert_eq!(got(&cache, &DIGEST), None);
}

#[test]
fn the_key_is_not_shown() {
    assert_eq!(format!("{:?}", CacheKey::new(Zeroizing::new([9; 32]))), "CacheKey(…)");
}
