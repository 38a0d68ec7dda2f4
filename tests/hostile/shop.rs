//! A server on the loopback that remembers what it was asked.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

pub(crate) struct Shop {
    pub(crate) port: u16,
    log: Log,
}

impl Shop {
    pub(crate) async fn open() -> std::io::Result<Self> {
        let log = Log::default();
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let router = Router::new().fallback(answer).with_state(log.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { port, log })
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What arrived since the last look, e.g. `GET /granted/ok`.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Of the answer that is too large to be held many times over.
pub(crate) const BIG: usize = 32 << 20;

async fn answer(State(log): State<Log>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    log.0.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{} {path}", request.method()));
    let to = |place: &str| (StatusCode::FOUND, [(header::LOCATION, place.to_owned())]).into_response();
    match path.as_str() {
        "/granted/slow" => {
            tokio::time::sleep(Duration::from_millis(150)).await;
            "at last".into_response()
        }
        "/granted/lines" => "{\"id\":1}\n".repeat(1_000).into_response(),
        "/granted/big" => vec![b'x'; BIG].into_response(),
        "/granted/to-metadata" => to("http://169.254.169.254/latest/meta-data/"),
        "/granted/to-outside" => to("/outside"),
        "/granted/in-circles" => to("/granted/in-circles"),
        "/granted/ok" => "ok".into_response(),
        "/outside/picture.jpg" => b"\xff\xd8\xff\xe0 picture.".to_vec().into_response(),
        _ => (StatusCode::NOT_FOUND, "nothing here").into_response(),
    }
}
