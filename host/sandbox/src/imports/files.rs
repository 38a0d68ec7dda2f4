//! `entrepot:adapter/files`: what is downloaded is gated by the grant as any request is; what is kept, by the spool of the run.

use std::io::Write as _;

use entrepot_egress::{Failure, Session, Sink};
use entrepot_spool::{Filling, Spool, SpoolError, Spooled};
use wasmtime::component::Linker;

use super::http::{outgoing, refused};
use crate::bindings::exchange::Request;
use crate::bindings::files::{self, Chunk, File};
use crate::bindings::types::Error;
use crate::state::HostState;

pub(crate) fn link_files(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    files::add_to_linker::<HostState, HostState>(linker, |state| state)
}

impl files::Host for &mut HostState {
    async fn download(&mut self, request: Request) -> wasmtime::Result<Result<File, Error>> {
        self.count_host_call()?;
        let session = self.session("files")?;
        let spool = match self.spool() {
            Ok(spool) => spool,
            Err(error) => return Ok(Err(error)),
        };
        Ok(downloaded(&session, spool, self.operation, request).await)
    }

    async fn open(&mut self, path: String) -> wasmtime::Result<Result<File, Error>> {
        self.count_host_call()?;
        let path: String = path.chars().take(200).collect();
        // Manifests cannot name file servers, so no grant can allow one.
        Ok(Err(Error::Denied(format!("no grant allows to open {path}"))))
    }

    async fn read_lines(&mut self, id: String, offset: u64, max_bytes: u32) -> wasmtime::Result<Result<Chunk, Error>> {
        self.count_host_call()?;
        let session = self.session("files")?;
        let spool = match self.spool() {
            Ok(spool) => spool,
            Err(error) => return Ok(Err(error)),
        };
        if self.pictures.contains_key(&id) {
            return Ok(Err(Error::NotFound));
        }
        // What the guest could not hold need not be read.
        let most = (max_bytes as usize).min(self.limits.memory);
        let cleaner = match session.cleaner().await {
            Ok(cleaner) => cleaner,
            Err(failure) => return Ok(Err(refused(failure))),
        };
        blocking(move || {
            let chunk = spool.lines(&id, offset, most)?;
            let clean = |line: String| cleaner.clean(&line).into_owned();
            let lines = chunk.lines.into_iter().map(clean).collect();
            Ok(Chunk { lines, next_offset: chunk.next_offset, end: chunk.end })
        })
        .await
    }

    async fn group_lines(
        &mut self,
        id: String,
        id_key: String,
        parent_key: String,
    ) -> wasmtime::Result<Result<File, Error>> {
        self.count_host_call()?;
        let spool = match self.spool() {
            Ok(spool) => spool,
            Err(error) => return Ok(Err(error)),
        };
        if self.pictures.contains_key(&id) {
            return Ok(Err(Error::NotFound));
        }
        Ok(blocking(move || spool.group(&id, &id_key, &parent_key)).await?.map(file))
    }

    async fn upload(
        &mut self,
        url: String,
        _content_type: String,
        _body: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        self.count_host_call()?;
        let url: String = url.chars().take(200).collect();
        Ok(Err(Error::Denied(format!("no grant allows to upload to {url}"))))
    }
}

impl HostState {
    pub(super) fn spool(&self) -> Result<Spool, Error> {
        let none = || Error::Denied(format!("{} is not part of a run, and files belong to one", self.operation));
        self.files.clone().ok_or_else(none)
    }
}

async fn downloaded(session: &Session, spool: Spool, operation: &'static str, request: Request) -> Result<File, Error> {
    // A link that carries its own permission is asked for without a credential.
    let with_credential = request.credential.is_some();
    let mut kept = Kept(spool.create().map_err(failed)?);
    let response = session.download(operation, outgoing(request), &mut kept).await.map_err(refused)?;
    let said = format!("HTTP {} instead of the file", response.status);
    match response.status {
        200..=299 => kept.0.finish().map(file).map_err(failed),
        401 | 403 if with_credential => Err(Error::Unauthorized(said)),
        // Links of that kind expire, and storage services say so with any of these.
        400 | 401 | 403 | 404 | 410 => Err(Error::NotFound),
        429 => Err(Error::RateLimited(response.retry_after_ms)),
        503 if response.retry_after_ms.is_some() => Err(Error::RateLimited(response.retry_after_ms)),
        _ => Err(Error::Unavailable(said)),
    }
}

pub(super) struct Kept(pub(super) Filling);

impl Sink for Kept {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self.0.write_all(bytes) {
            Ok(()) => Ok(()),
            Err(error) if self.0.is_full() => Err(Failure::Denied(error.to_string())),
            Err(error) => Err(Failure::Unusable(format!("the host cannot keep the file: {error}"))),
        }
    }

    fn restart(&mut self) -> Result<(), Failure> {
        self.0.restart().map_err(|error| Failure::Unusable(error.to_string()))
    }
}

fn file(spooled: Spooled) -> File {
    File { id: spooled.id, size: spooled.size }
}

/// Reading and sorting files must not hold up other guests.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SpoolError> + Send + 'static,
) -> wasmtime::Result<Result<T, Error>> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|_| wasmtime::format_err!("a file could not be worked on inside the host"))?.map_err(failed))
}

pub(super) fn failed(error: SpoolError) -> Error {
    match error {
        SpoolError::NoFile(_) => Error::NotFound,
        SpoolError::Full { .. } | SpoolError::TooMany => Error::Denied(error.to_string()),
        SpoolError::Content(_) => Error::Other(error.to_string()),
        SpoolError::Io(_) => Error::Unavailable(error.to_string()),
    }
}
