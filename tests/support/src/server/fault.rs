//! What goes wrong between a shop and its clients, on purpose.

use std::collections::VecDeque;
use std::io::Write as _;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::Bytes;
use serde_json::Value;

use super::body::Step;
use super::{Answer, Matcher, Request};

/// How `Retry-After` is written.
#[derive(Clone, Debug)]
pub enum RetryAfter {
    Seconds(u64),
    /// An HTTP date this far from now.
    Date(Duration),
    /// Whatever this says.
    Text(String),
}

/// One thing that goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// A status of the host, the CDN or a security plugin, with an HTML body.
    Status(u16),
    /// A status with a JSON body.
    Json(u16, &'static str),
    /// The same from what stands before the shop, which does not hear of the request.
    Gateway(u16),
    /// 429, with or without a hint.
    TooMany(Option<RetryAfter>),
    /// 503 with `Retry-After`.
    Unavailable(RetryAfter),
    /// 302 to this address.
    Redirect(String),
    /// The whole body, in place of the shop's; the status stays, the content type stays.
    Body(Vec<u8>),
    /// 200 with a page of PHP's about a fatal error.
    HtmlError,
    /// 200 with the shop's login page.
    LoginPage,
    /// A PHP warning before the JSON, in HTML, as `display_errors` prints it.
    PhpWarning,
    /// A byte order mark before the JSON.
    Bom,
    /// The same JSON: members in the opposite order, other escapes, blanks between.
    Rewritten,
    /// Each of these texts in the body is another one.
    Replaced(&'static str, &'static str),
    /// The body ends after so many bytes, with a `Content-Length` that agrees.
    Chop(usize),
    /// The body ends after so many bytes, `Content-Length` promised all of it, and the connection is closed.
    Truncate(usize),
    /// The headers, then nothing.
    Stall,
    /// So many bytes of the body, then nothing.
    StallAfter(usize),
    /// No answer at all; the connection stays open.
    Hang,
    /// No answer at all; the connection is closed.
    Drop,
    /// The answer comes this much later.
    Delay(Duration),
    /// The body comes in pieces of `bytes`, with a pause before each.
    Slow { bytes: usize, pause: Duration },
    /// This header is missing.
    WithoutHeader(&'static str),
    /// This header says something else.
    Header(&'static str, String),
    /// The page before the one asked for, again.
    DuplicatePage,
    /// `Content-Encoding: gzip`, whether asked for or not.
    Gzip,
}

const HOST_PAGE: &str = "<html>\r\n<head><title>Service trouble</title></head>\r\n<body>\r\n<center><h1>The server \
                         could not answer</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
const FATAL_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head><title>WordPress &rsaquo; Error</title></head>\n\
                          <body id=\"error-page\"><div class=\"wp-die-message\"><p>There has been a critical error on this \
                          website.</p></div></body>\n</html>\n";
const LOGIN_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head><title>Log In &lsaquo; Shop &#8212; WordPress\
                          </title></head>\n<body class=\"login\"><form name=\"loginform\" action=\"/wp-login.php\" \
                          method=\"post\"><input type=\"text\" name=\"log\"><input type=\"password\" name=\"pwd\"></form>\
                          </body>\n</html>\n";
const WARNING: &str = "<br />\n<b>Warning</b>:  Undefined array key \"sku\" in <b>/var/www/wp-content/plugins/feed/feed.php\
                       </b> on line <b>412</b><br />\n";

impl Fault {
    /// Changes what the shop is asked.
    pub(crate) fn bend(&self, request: Request) -> Request {
        match self {
            Self::DuplicatePage => {
                let page: u64 = request.parameter("page").and_then(|page| page.parse().ok()).unwrap_or(1);
                request.with_parameter("page", &page.saturating_sub(1).max(1).to_string())
            }
            Self::Gateway(_) => Request { path: "/nowhere".to_owned(), ..request },
            _ => request,
        }
    }

    /// Changes the answer, or how it is sent.
    pub(crate) fn apply(&self, answer: &mut Answer, sending: &mut Sending) {
        match self {
            Self::Status(code) | Self::Gateway(code) => replace(answer, sending, *code, HOST_PAGE),
            Self::Json(code, body) => {
                replace(answer, sending, *code, body);
                answer.set("Content-Type", "application/json; charset=UTF-8");
            }
            Self::TooMany(hint) => {
                replace(answer, sending, 429, HOST_PAGE);
                if let Some(hint) = hint {
                    answer.set("Retry-After", hint.written());
                }
            }
            Self::Unavailable(hint) => {
                replace(answer, sending, 503, HOST_PAGE);
                answer.set("Retry-After", hint.written());
            }
            Self::Redirect(to) => {
                replace(answer, sending, 302, "");
                answer.set("Location", to.clone());
            }
            Self::Body(body) => exchange(answer, sending, body.clone()),
            Self::HtmlError => replace(answer, sending, 200, FATAL_PAGE),
            Self::LoginPage => replace(answer, sending, 200, LOGIN_PAGE),
            Self::PhpWarning => exchange(answer, sending, [WARNING.as_bytes(), &answer.body].concat()),
            Self::Bom => exchange(answer, sending, [b"\xef\xbb\xbf", &answer.body[..]].concat()),
            Self::Rewritten => {
                let rewritten = serde_json::from_slice(&answer.body).map(|json| rewritten(&json));
                exchange(answer, sending, rewritten.map_or_else(|_| answer.body.to_vec(), String::into_bytes));
            }
            Self::Replaced(text, by) => {
                let body = String::from_utf8_lossy(&answer.body).replace(text, by);
                exchange(answer, sending, body.into_bytes());
            }
            Self::Chop(keep) => exchange(answer, sending, answer.body[..(*keep).min(answer.body.len())].to_vec()),
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                let packed = encoder.write_all(&answer.body).and_then(|()| encoder.finish());
                exchange(answer, sending, packed.unwrap_or_default());
                answer.set("Content-Encoding", "gzip");
            }
            Self::Truncate(keep) => sending.end = End::Abort(*keep),
            Self::Stall => sending.end = End::Stall(0),
            Self::StallAfter(keep) => sending.end = End::Stall(*keep),
            Self::Hang => sending.hang = true,
            Self::Drop => sending.drop = true,
            Self::Delay(delay) => sending.delay = Some(sending.delay.unwrap_or_default() + *delay),
            Self::Slow { bytes, pause } => sending.slow = Some(((*bytes).max(1), *pause)),
            Self::WithoutHeader(name) => answer.remove(name),
            Self::Header(name, value) => answer.set(name, value.clone()),
            Self::DuplicatePage => {}
        }
    }
}

fn replace(answer: &mut Answer, sending: &mut Sending, status: u16, body: &'static str) {
    *answer = Answer::html(status, body);
    sending.promised = answer.body.len();
}

fn exchange(answer: &mut Answer, sending: &mut Sending, body: Vec<u8>) {
    answer.body = body.into();
    sending.promised = answer.body.len();
}

impl RetryAfter {
    fn written(&self) -> String {
        match self {
            Self::Seconds(seconds) => seconds.to_string(),
            Self::Date(from_now) => httpdate::fmt_http_date(SystemTime::now() + *from_now),
            Self::Text(text) => text.clone(),
        }
    }
}

#[derive(Debug)]
enum End {
    Whole,
    Abort(usize),
    Stall(usize),
}

/// How an answer is sent.
#[derive(Debug)]
pub(crate) struct Sending {
    pub(crate) delay: Option<Duration>,
    pub(crate) hang: bool,
    pub(crate) drop: bool,
    slow: Option<(usize, Duration)>,
    end: End,
    promised: usize,
}

impl Sending {
    pub(crate) fn of(answer: &Answer) -> Self {
        Self { delay: None, hang: false, drop: false, slow: None, end: End::Whole, promised: answer.body.len() }
    }

    /// The steps, and the length to promise.
    pub(crate) fn steps(&self, body: &Bytes) -> (VecDeque<Step>, usize) {
        let mut steps = VecDeque::new();
        let sent = match self.end {
            End::Whole => body.len(),
            End::Abort(keep) | End::Stall(keep) => keep.min(body.len()),
        };
        let (piece, pause) = self.slow.unwrap_or((sent.max(1), Duration::ZERO));
        for from in (0..sent).step_by(piece) {
            if !pause.is_zero() {
                steps.push_back(Step::Pause(pause));
            }
            steps.push_back(Step::Send(body.slice(from..sent.min(from + piece))));
        }
        match self.end {
            End::Whole => {}
            // What was written must have left before the connection is cut.
            End::Abort(_) => steps.extend([Step::Pause(Duration::from_millis(20)), Step::Abort]),
            End::Stall(_) => steps.push_back(Step::Forever),
        }
        (steps, self.promised)
    }
}

/// The faults of a server.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<(Matcher, Fault)>>);

impl Faults {
    pub(crate) fn add(&self, matcher: Matcher, fault: Fault) {
        self.0.lock().expect("the faults").push((matcher, fault));
    }

    pub(crate) fn clear(&self) {
        self.0.lock().expect("the faults").clear();
    }

    pub(crate) fn of(&self, request: &Request) -> Vec<Fault> {
        let mut faults = self.0.lock().expect("the faults");
        faults.iter_mut().filter_map(|(matcher, fault)| matcher.meets(request).then(|| fault.clone())).collect()
    }
}

fn rewritten(json: &Value) -> String {
    let text = |text: &str| -> String {
        let escaped = |c: char| {
            if c.is_ascii() {
                c.to_string()
            } else {
                c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
            }
        };
        Value::from(text).to_string().chars().map(escaped).collect()
    };
    match json {
        Value::String(value) => text(value),
        Value::Array(values) => format!("[ {} ]", values.iter().map(rewritten).collect::<Vec<_>>().join(" , ")),
        Value::Object(members) => {
            let mut members: Vec<_> =
                members.iter().map(|(name, value)| format!("{} : {}", text(name), rewritten(value))).collect();
            members.reverse();
            format!("{{ {} }}", members.join(" , "))
        }
        other => other.to_string(),
    }
}
