//! A web server for a simulated site: real sockets, its own thread, scripted faults, a log of what was asked.

mod body;
mod exchange;
mod fault;
mod handle;
mod log;
mod matcher;
mod tls;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

pub use self::exchange::{Answer, Request};
pub use self::fault::{Fault, RetryAfter};
pub use self::log::{Line, Log};
pub use self::matcher::Matcher;

use self::fault::Faults;

/// A site that can be served.
pub trait Site: Send + Sync + 'static {
    /// What the site says to a request. Runs on the server's thread, one request at a time.
    fn answer(&self, request: &Request) -> Answer;

    /// Called when the answer is ready and before any byte of it is sent.
    fn answered(&self, _request: &Request) {}

    /// The folder the site lives in: `""` or `/shop`.
    fn folder(&self) -> String {
        String::new()
    }
}

/// What a browser gets that opens this address of a site. It opens no socket: a certificate is not its concern here.
///
/// # Panics
/// When it is no address.
#[must_use]
pub fn visit(site: &dyn Site, address: &str) -> Answer {
    let url = url::Url::parse(address).expect("an address");
    let path = url.path().strip_prefix(site.folder().as_str()).unwrap_or_default().to_owned();
    let (headers, body) = (http::HeaderMap::new(), hyper::body::Bytes::new());
    let origin = url.origin().ascii_serialization();
    let query = url.query().unwrap_or_default().to_owned();
    site.answer(&Request {
        method: http::Method::GET,
        path,
        query,
        headers,
        tls: url.scheme() == "https",
        origin,
        body,
    })
}

/// Where and how to listen.
#[derive(Clone, Debug, Default)]
pub struct Listen {
    /// 0 is any free port.
    pub port: u16,
    /// Whether to speak TLS, with a certificate made for the occasion.
    pub tls: bool,
    /// Further names the certificate is good for, besides `localhost` and `127.0.0.1`.
    pub hosts: Vec<String>,
    /// How many request lines the log keeps; 0 is the default of 100,000. Counters are kept whatever this says.
    pub log_lines: usize,
}

/// A running server. Dropping it closes every connection and waits for the thread.
#[derive(Debug)]
pub struct Server {
    /// Scheme, address, port and folder, without a final slash.
    pub base_url: String,
    address: SocketAddr,
    authority_pem: Option<String>,
    faults: Arc<Faults>,
    log: Arc<Log>,
    date: Arc<Mutex<Option<i64>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Binds to loopback and serves until dropped.
    ///
    /// # Panics
    /// When the port is taken or the thread cannot be started: there is no test without it.
    #[must_use]
    pub fn start(site: Arc<dyn Site>, listen: &Listen) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, listen.port)).expect("bind to loopback");
        listener.set_nonblocking(true).expect("a non-blocking listener");
        let address = listener.local_addr().expect("the bound address");
        let tls = listen.tls.then(|| tls::identity(&listen.hosts));
        let scheme = if listen.tls { "https" } else { "http" };
        let origin = format!("{scheme}://{address}");
        let base_url = format!("{origin}{}", site.folder());
        let faults = Arc::new(Faults::default());
        let log = Arc::new(Log::keeping(listen.log_lines));
        let date = Arc::new(Mutex::new(None));
        let (stop, stopped) = oneshot::channel();
        let house = handle::House {
            site,
            origin,
            tls: listen.tls,
            faults: faults.clone(),
            log: log.clone(),
            date: date.clone(),
        };
        let (authority_pem, config) = tls.unzip();
        let thread = std::thread::Builder::new()
            .name("simulated-site".into())
            .spawn(move || handle::run(listener, config, house, stopped))
            .expect("a thread for the server");
        Self { base_url, address, authority_pem, faults, log, date, stop: Some(stop), thread: Some(thread) }
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate authority to trust, PEM; `None` without TLS.
    #[must_use]
    pub fn authority_pem(&self) -> Option<&str> {
        self.authority_pem.as_deref()
    }

    /// Adds a fault. Faults of one request are applied together, in the order they were added.
    pub fn inject(&self, matcher: Matcher, fault: Fault) {
        self.faults.add(matcher, fault);
    }

    /// Takes every fault back.
    pub fn heal(&self) {
        self.faults.clear();
    }

    /// From now on its answers have a `Date`, of a clock that is so many seconds ahead of this machine's; negative: behind.
    pub fn tell_date(&self, ahead: i64) {
        *self.date.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
    }

    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the server's thread has been printed already; a second one here would abort the test.
            let _ = thread.join();
        }
    }
}
