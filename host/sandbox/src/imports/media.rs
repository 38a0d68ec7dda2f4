//! `entrepot:adapter/media`: pictures of the listings in hand. Which addresses are fetched is decided by what the host gave the call, and
//! how, by egress; what is kept, by the spool of the call.

use std::collections::{BTreeMap, BTreeSet};

use entrepot_egress::{MAX_PARTS, MOST_PICTURE_BYTES, Part, PictureFailure, Session};
use entrepot_spool::{Spool, SpoolError};
use wasmtime::component::Linker;

use super::files::{Kept, blocking, failed};
use super::http::{incoming, outgoing, refused};
use crate::bindings::exchange::{Request, Response};
use crate::bindings::media::{self, Content, Picture};
use crate::bindings::types::{Error, Issue};
use crate::state::HostState;

pub(crate) fn link_media(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    media::add_to_linker::<HostState, HostState>(linker, |state| state)
}

impl media::Host for &mut HostState {
    async fn fetch_media(&mut self, url: String) -> wasmtime::Result<Result<Picture, Error>> {
        self.count_host_call()?;
        let session = self.session("media")?;
        let spool = match self.in_hand(&url) {
            Ok(spool) => spool,
            Err(error) => {
                if let Error::Denied(why) = &error {
                    session.note_denied(self.operation, why);
                }
                return Ok(Err(error));
            }
        };
        let fetched = fetched(&session, spool, self.operation, &url).await;
        if let Ok((kind, picture)) = &fetched {
            self.pictures.insert(picture.id.clone(), (*kind, picture.size));
        }
        Ok(fetched.map(|(_, picture)| picture))
    }

    async fn upload_form(
        &mut self,
        request: Request,
        parts: Vec<media::Part>,
    ) -> wasmtime::Result<Result<Response, Error>> {
        self.count_host_call()?;
        let session = self.session("media")?;
        let spool = match self.spool() {
            Ok(spool) => spool,
            Err(error) => return Ok(Err(error)),
        };
        let ids = match pictures_of(&parts, &self.pictures) {
            Ok(ids) => ids,
            Err(error) => return Ok(Err(error)),
        };
        let answer = form(&session, self.operation, request, parts, &spool, &self.pictures).await;
        // Whatever the answer: there is room for the next ones.
        for id in ids {
            self.pictures.remove(&id);
            let _ = spool.remove(&id);
        }
        answer
    }
}

/// The pictures of a form, each once, and not more bytes than may be held: known before any of them is read.
fn pictures_of(
    parts: &[media::Part],
    known: &BTreeMap<String, (&'static str, u64)>,
) -> Result<BTreeSet<String>, Error> {
    if parts.len() > MAX_PARTS {
        return Err(Error::Denied(format!("a form of more than {MAX_PARTS} parts")));
    }
    let (mut ids, mut bytes) = (BTreeSet::new(), 0_u64);
    for part in parts {
        bytes = bytes.saturating_add(match &part.content {
            Content::Text(text) => text.len() as u64,
            Content::Picture(id) if !ids.insert(id.clone()) => {
                return Err(Error::Denied(format!("the picture {id:?} stands twice in one form")));
            }
            // One that is not there is said when it is read.
            Content::Picture(id) => known.get(id).map_or(0, |(_, size)| *size),
        });
    }
    if bytes > MOST_PICTURE_BYTES {
        return Err(Error::Denied(format!("a form of {bytes} bytes; at most {MOST_PICTURE_BYTES} are sent at once")));
    }
    Ok(ids)
}

async fn form(
    session: &Session,
    operation: &'static str,
    request: Request,
    parts: Vec<media::Part>,
    spool: &Spool,
    known: &BTreeMap<String, (&'static str, u64)>,
) -> wasmtime::Result<Result<Response, Error>> {
    // Pictures are read when there is room for them.
    let turn = match session.turn_for_form().await {
        Ok(turn) => turn,
        Err(failure) => return Ok(Err(refused(failure))),
    };
    let (spool, kinds) = (spool.clone(), known.clone());
    let read = blocking(move || parts.into_iter().map(|part| of_form(&spool, &kinds, part)).collect::<Result<_, _>>());
    let parts: Vec<Part> = match read.await? {
        Ok(parts) => parts,
        Err(error) => return Ok(Err(error)),
    };
    let answer = session.send_form(operation, outgoing(request), parts, turn).await;
    Ok(answer.map(incoming).map_err(refused))
}

impl HostState {
    /// Where a picture is kept whose address stands in a listing of this call.
    fn in_hand(&self, url: &str) -> Result<Spool, Error> {
        if !self.media.contains(url) {
            let shown: String = url.chars().take(200).collect();
            return Err(Error::Denied(format!(
                "{shown} is no picture of the listings that {} was given, and others are not fetched",
                self.operation
            )));
        }
        self.spool()
    }
}

async fn fetched(
    session: &Session,
    spool: Spool,
    operation: &'static str,
    url: &str,
) -> Result<(&'static str, Picture), Error> {
    let mut kept = Kept(spool.create().map_err(failed)?);
    let kind = session.fetch_picture(operation, url, &mut kept).await.map_err(unfit)?;
    let spooled = kept.0.finish().map_err(failed)?;
    Ok((kind, Picture { id: spooled.id, size: spooled.size, content_type: kind.to_owned() }))
}

/// What is wrong with the picture is the goods' fault, not the account's.
fn unfit(failure: PictureFailure) -> Error {
    match failure {
        PictureFailure::Failed(failure) => refused(failure),
        PictureFailure::Unfit(code, message) => {
            Error::Invalid(vec![Issue { path: String::new(), code: code.to_owned(), message }])
        }
    }
}

fn of_form(
    spool: &Spool,
    kinds: &BTreeMap<String, (&'static str, u64)>,
    part: media::Part,
) -> Result<Part, SpoolError> {
    let media::Part { name, filename, content } = part;
    match content {
        Content::Text(text) => {
            let file = filename.map(|filename| (filename, "application/octet-stream"));
            Ok(Part { name, file, content: text.into_bytes() })
        }
        Content::Picture(id) => {
            // Downloads of a run are no pictures.
            let (kind, _) = *kinds.get(&id).ok_or_else(|| SpoolError::NoFile(id.clone()))?;
            let content = spool.whole(&id, MOST_PICTURE_BYTES)?;
            let extension = kind.trim_start_matches("image/").replace("jpeg", "jpg");
            let filename = filename.unwrap_or_else(|| format!("picture.{extension}"));
            Ok(Part { name, file: Some((filename, kind)), content })
        }
    }
}
