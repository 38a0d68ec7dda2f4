//! Against Debian's docker-registry. Without it these tests are skipped, and say so.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use entrepot_artifact::{Artifact, Credentials, FetchError, FetchOptions, Fetched, OciReference, Source, sign};
use oci_client::client::{ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};

use crate::support::{Answer, Server, key, now, section, signed, unsigned};

/// A registry of its own on a loopback port, ended when dropped.
struct Registry {
    child: Child,
    host: String,
    folder: tempfile::TempDir,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Registry {
    /// `auth` is the section of that name in its configuration.
    async fn start(auth: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let storage = folder.path().join("storage");
        let config = format!(
            "version: 0.1\nlog:\n  level: warn\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: {address}\n  secret: test\n{}",
            storage.display(),
            auth.replace("FOLDER", &folder.path().display().to_string()),
        );
        let file = folder.path().join("config.yml");
        std::fs::write(&file, config).unwrap();
        let started = Command::new("docker-registry")
            .arg("serve")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.path().join("log")).unwrap())
            .spawn();
        let Ok(child) = started else {
            // Past the test harness, which shows nothing of a test that passes.
            let said = writeln!(
                std::io::stderr(),
                "SKIPPED: no docker-registry on this machine; `apt-get install docker-registry` to run the tests of oci"
            );
            said.unwrap();
            return None;
        };
        let registry = Self { child, host: address.to_string(), folder };
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(address).await.is_ok() {
                return Some(registry);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("docker-registry does not listen on {address}");
    }

    fn reference(&self, rest: &str) -> OciReference {
        format!("oci://{}/{rest}", self.host).parse().unwrap()
    }

    async fn fetch(&self, rest: &str) -> Result<Fetched, FetchError> {
        Source::parse(&format!("oci://{}/{rest}", self.host)).unwrap().fetch(&options()).await
    }
}

fn options() -> FetchOptions {
    FetchOptions { allow_loopback_http: true, ..FetchOptions::default() }
}

#[tokio::test]
async fn what_is_pushed_can_be_pulled() {
    let Some(registry) = Registry::start("").await else { return };
    let artifact = signed("example", "1.0.0", &key());
    let to = registry.reference("adapters/example:1.0.0");
    let pushed = to.push(&artifact, now(), &options()).await.unwrap();
    assert!(!pushed.already);
    let fetched = registry.fetch("adapters/example:1.0.0").await.unwrap();
    assert_eq!(fetched.bytes, artifact.bytes());
    assert_eq!((fetched.digest.as_str(), &fetched.pinned.reference), (artifact.digest(), &pushed.pinned));
    assert!(to.push(&artifact, now(), &options()).await.unwrap().already);

    let small = FetchOptions { most_bytes: 100, ..options() };
    let refused = Source::Oci(to).fetch(&small).await;
    assert!(matches!(refused, Err(FetchError::TooLarge { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_digest_stays_and_a_tag_moves_unless_it_is_a_version() {
    let Some(registry) = Registry::start("").await else { return };
    let key = key();
    let (one, two) = (signed("example", "1.0.0", &key), signed("example", "2.0.0", &key));
    let latest = registry.reference("example:latest");
    let pinned = latest.push(&one, now(), &options()).await.unwrap().pinned;
    latest.push(&two, now(), &options()).await.unwrap();
    assert_eq!(registry.fetch("example:latest").await.unwrap().bytes, two.bytes());
    let old = Source::parse(&pinned).unwrap().fetch(&options()).await.unwrap();
    assert_eq!((old.bytes.as_slice(), old.pinned.reference), (one.bytes(), pinned));

    registry.reference("example:1.0.0").push(&one, now(), &options()).await.unwrap();
    let other = [unsigned("example", "1.0.0"), section("x", b"y")].concat();
    let other = Artifact::read(sign(other, &key).unwrap()).unwrap();
    let refused = registry.reference("example:1.0.0").push(&other, now(), &options()).await;
    assert!(matches!(refused, Err(FetchError::TagTaken { .. })), "{refused:?}");
    let refused = registry.reference("example:3.0.0").push(&other, now(), &options()).await;
    assert!(matches!(refused, Err(FetchError::TagNotVersion { .. })), "{refused:?}");
    let missing = format!("example@sha256:{}", "a1".repeat(32));
    assert!(matches!(registry.fetch(&missing).await, Err(FetchError::NotFound { .. })));
}

#[tokio::test]
async fn what_is_missing_or_something_else_is_told() {
    let Some(registry) = Registry::start("").await else { return };
    let missing = registry.fetch("example:1.0.0").await.unwrap_err();
    assert!(matches!(missing, FetchError::NotFound { .. }), "{missing:?}");
    registry.reference("example:1.0.0").push(&signed("example", "1.0.0", &key()), now(), &options()).await.unwrap();
    let missing = registry.fetch("example:1.0.1").await.unwrap_err();
    assert!(matches!(missing, FetchError::NotFound { .. }), "{missing:?}");

    let protocol = ClientProtocol::HttpsExcept(vec![registry.host.clone()]);
    let client = Client::try_from(ClientConfig { protocol, ..ClientConfig::default() }).unwrap();
    for (config, layer, name) in [
        ("application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar", "image"),
        ("application/vnd.wasm.config.v0+json", "application/vnd.oci.image.layer.v1.tar", "tar"),
    ] {
        let to: Reference = format!("{}/{name}:1", registry.host).parse().unwrap();
        let layers = [ImageLayer::new(&b"tar"[..], layer.to_owned(), None)];
        let config = Config::new(&b"{}"[..], config.to_owned(), None);
        client.push(&to, &layers, config, &RegistryAuth::Anonymous, None).await.unwrap();
        let refused = registry.fetch(&format!("{name}:1")).await.unwrap_err();
        assert!(matches!(refused, FetchError::NotWasm { .. }), "{refused:?}");
    }
}

#[tokio::test]
async fn a_layer_that_rotted_is_refused() {
    let Some(registry) = Registry::start("").await else { return };
    let artifact = signed("example", "1.0.0", &key());
    registry.reference("example:1.0.0").push(&artifact, now(), &options()).await.unwrap();
    let digest = artifact.digest();
    let blob = format!("storage/docker/registry/v2/blobs/sha256/{}/{digest}/data", &digest[..2]);
    let blob = registry.folder.path().join(blob);
    let mut bytes = std::fs::read(&blob).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&blob, &bytes).unwrap();
    let refused = registry.fetch("example:1.0.0").await.unwrap_err();
    assert!(matches!(refused, FetchError::DigestMismatch { .. }), "{refused:?}");
    std::fs::write(&blob, &bytes[..50]).unwrap();
    let refused = registry.fetch("example:1.0.0").await.unwrap_err();
    assert!(matches!(refused, FetchError::DigestMismatch { .. } | FetchError::WrongLength { .. }), "{refused:?}");
}

#[tokio::test]
async fn a_registry_that_asks_who_you_are() {
    let auth = "auth:\n  silly:\n    realm: silly-realm\n    service: silly-service\n";
    let Some(registry) = Registry::start(auth).await else { return };
    let refused = registry.fetch("example:1.0.0").await.unwrap_err();
    assert!(matches!(refused, FetchError::Unauthorized { .. }), "{refused:?}");
    drop(registry);

    // It makes a user of its own, and tells the password once.
    let auth = "auth:\n  htpasswd:\n    realm: test\n    path: FOLDER/htpasswd\n";
    let Some(registry) = Registry::start(auth).await else { return };
    let log = std::fs::read_to_string(registry.folder.path().join("log")).unwrap();
    let said = |key: &str| {
        let (_, rest) = log.split_once(&format!(" {key}=")).unwrap_or_else(|| panic!("no {key} in {log}"));
        rest.split_whitespace().next().unwrap().trim_matches('"').to_owned()
    };
    let (username, password) = (said("user"), said("password"));
    let artifact = signed("example", "1.0.0", &key());
    let reference = registry.reference("example:1.0.0");
    let as_user = |password: &str| {
        let credentials = Credentials { username: username.clone(), password: password.to_owned().into() };
        FetchOptions { credentials: Some(credentials), ..options() }
    };
    let refused = registry.fetch("example:1.0.0").await.unwrap_err();
    assert!(matches!(refused, FetchError::Unauthorized { .. }), "{refused:?}");
    let refused = reference.push(&artifact, now(), &as_user("a guess")).await;
    assert!(matches!(refused, Err(FetchError::Unauthorized { .. })), "{refused:?}");
    reference.push(&artifact, now(), &as_user(&password)).await.unwrap();
    let fetched = Source::Oci(reference).fetch(&as_user(&password)).await.unwrap();
    assert_eq!(fetched.bytes, artifact.bytes());
}

#[tokio::test]
async fn a_registry_that_breaks_off_or_is_away() {
    let server = Server::start();
    let reference = Source::parse(&format!("oci://{}/example:1", server.address)).unwrap();
    let layer = format!("sha256:{}", "ab".repeat(32));
    let manifest = serde_json::json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.wasm.config.v0+json", "digest": layer, "size": 2},
        "layers": [{"mediaType": "application/wasm", "digest": layer, "size": 500}],
    });
    server.answer("/v2/example/manifests/1", Answer::Body(serde_json::to_vec(&manifest).unwrap()));
    let blob = format!("/v2/example/blobs/{layer}");
    server.answer(&blob, Answer::CutOff(vec![7; 500], 200));
    let error = reference.fetch(&options()).await.unwrap_err();
    assert!(matches!(error, FetchError::Interrupted { received: 200, .. }), "{error:?}");
    server.answer(&blob, Answer::Endless);
    let error = reference.fetch(&options()).await.unwrap_err();
    assert!(matches!(error, FetchError::WrongLength { expected: 500, .. }), "{error:?}");
    server.answer(&blob, Answer::Silence);
    let hasty = FetchOptions { total_timeout: Duration::from_millis(500), ..options() };
    assert!(matches!(reference.fetch(&hasty).await, Err(FetchError::TimedOut { .. })));
    server.answer("/v2/example/manifests/1", Answer::Status(500));
    assert!(matches!(reference.fetch(&options()).await, Err(FetchError::Status { status: 500, .. })));
    let away = Source::parse("oci://127.0.0.1:1/example:1").unwrap().fetch(&options()).await;
    assert!(matches!(away, Err(FetchError::Unreachable { .. })), "{away:?}");
}

#[tokio::test]
async fn a_registry_sends_us_nowhere_but_to_public_places() {
    let registry = Server::start();
    let as_user = FetchOptions {
        credentials: Some(Credentials { username: "me".to_owned(), password: "hush".to_owned().into() }),
        ..options()
    };
    let reference = Source::parse(&format!("oci://{}/example:1", registry.address)).unwrap();
    let challenge = |realm: &str| Answer::Challenge(format!("Bearer realm=\"{realm}\",service=\"s\""));
    for (realm, why) in [
        ("http://169.254.169.254/latest/meta-data", "not https"),
        ("https://169.254.169.254/latest/meta-data", "169.254.169.254 is no public address"),
        ("https://10.0.0.1/token", "10.0.0.1 is no public address"),
        ("https://[fd00:ec2::254]/token", "no public address"),
        ("http://registry.example/token", "not https"),
        ("https://user@registry.example/token", "user name"),
        ("ftp://registry.example/token", "not https"),
    ] {
        registry.answer("/v2/", challenge(realm));
        let refused = reference.fetch(&options()).await.unwrap_err().to_string();
        assert!(refused.contains(why), "{realm}: {refused}");
    }
    // The same of names, and of where an answer leads.
    registry.answer("/v2/", challenge("https://localhost.example.invalid/token"));
    assert!(matches!(reference.fetch(&options()).await, Err(FetchError::Unreachable { .. })));
    for to in ["http://169.254.169.254/x", "https://192.168.0.1/x", "http://registry.example/x"] {
        registry.answer("/v2/", Answer::Redirect(to.to_owned()));
        let refused = reference.fetch(&options()).await.unwrap_err();
        assert!(matches!(refused, FetchError::Elsewhere { .. }), "{to}: {refused}");
    }
    // Another's token service is not told who asks.
    registry.answer("/v2/", challenge("https://auth.example.com/token"));
    let refused = reference.fetch(&as_user).await.unwrap_err().to_string();
    assert!(refused.contains("your user name and password") && !refused.contains("hush"), "{refused}");
}

#[tokio::test]
async fn what_a_token_service_gave_goes_to_the_registry_alone() {
    let (registry, storage) = (Server::start(), Server::start());
    let artifact = signed("example", "1.0.0", &key());
    let digest = format!("sha256:{}", artifact.digest());
    let manifest = serde_json::json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.wasm.config.v0+json", "digest": digest, "size": 2},
        "layers": [{"mediaType": "application/wasm", "digest": digest, "size": artifact.bytes().len()}],
    });
    registry.answer("/v2/", Answer::Challenge(format!("Bearer realm=\"{}/token\",service=\"s\"", registry.url())));
    registry
        .answer("/token?scope=repository%3Aexample%3Apull&service=s", Answer::Body(br#"{"token": "t0ken"}"#.to_vec()));
    registry.answer("/v2/example/manifests/1", Answer::Body(serde_json::to_vec(&manifest).unwrap()));
    // On another name of this machine: another host.
    let elsewhere = format!("http://localhost:{}/blob", storage.address.port());
    registry.answer(&format!("/v2/example/blobs/{digest}"), Answer::Redirect(elsewhere));
    storage.answer("/blob", Answer::Body(artifact.bytes().to_vec()));
    let as_user = FetchOptions {
        credentials: Some(Credentials { username: "me".to_owned(), password: "hush".to_owned().into() }),
        ..options()
    };
    let reference = Source::parse(&format!("oci://{}/example:1", registry.address)).unwrap();
    assert_eq!(reference.fetch(&as_user).await.unwrap().bytes, artifact.bytes());
    let authorized: Vec<Option<String>> =
        registry.asked().into_iter().map(|(_, authorization)| authorization).collect();
    let bearer = Some("Bearer t0ken".to_owned());
    assert_eq!(authorized, [None, Some("Basic bWU6aHVzaA==".to_owned()), bearer.clone(), bearer]);
    assert_eq!(storage.asked(), [("/blob".to_owned(), None)]);
}
