//! A body that is sent as a script says: at once, slowly, never, or cut off.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Bytes, Frame, SizeHint};
use tokio::time::Sleep;

use super::log::Open;

#[derive(Debug)]
pub(crate) enum Step {
    Send(Bytes),
    Pause(Duration),
    /// Nothing more, and no end either.
    Forever,
    /// The connection is closed in the middle.
    Abort,
}

#[derive(Debug)]
pub(crate) struct Body {
    steps: VecDeque<Step>,
    /// What `Content-Length` promises, kept or not.
    promised: u64,
    pause: Option<Pin<Box<Sleep>>>,
    /// The request counts as under way until its body is gone.
    _open: Open,
}

impl Body {
    pub(crate) fn new(steps: impl Into<VecDeque<Step>>, promised: usize, open: Open) -> Self {
        Self { steps: steps.into(), promised: promised as u64, pause: None, _open: open }
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        loop {
            if let Some(pause) = &mut self.pause {
                std::task::ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            match self.steps.pop_front() {
                None => return Poll::Ready(None),
                Some(Step::Send(bytes)) if bytes.is_empty() => {}
                Some(Step::Send(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Some(Step::Pause(duration)) => self.pause = Some(Box::pin(tokio::time::sleep(duration))),
                Some(Step::Forever) => {
                    // Not woken again: only the client, or the end of the server, ends this.
                    self.steps.push_front(Step::Forever);
                    return Poll::Pending;
                }
                Some(Step::Abort) => return Poll::Ready(Some(Err(io::Error::other("cut off by the script")))),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.steps.is_empty() && self.pause.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
