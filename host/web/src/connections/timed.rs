//! A connection on which nobody is waited for without end.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::ClientLimits;
use super::slots::Activity;

pub(super) struct Timed<S> {
    stream: S,
    limits: ClientLimits,
    activity: Arc<Activity>,
    /// Of how many requests the head was read before what we wait for now.
    requests: usize,
    awaits: Awaits,
    read_by: Pin<Box<Sleep>>,
    /// The client does not take what we write.
    stalled: bool,
    write_by: Pin<Box<Sleep>>,
}

/// What a client owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaits {
    /// Nothing: it has been answered or is being answered.
    Nothing,
    /// The next request.
    Request,
    /// The rest of a head.
    Head,
}

impl<S> Timed<S> {
    pub(super) fn new(stream: S, limits: ClientLimits, activity: Arc<Activity>) -> Self {
        let (read_by, write_by) = (Box::pin(sleep(limits.head)), Box::pin(sleep(limits.write)));
        // Whoever connects has something to say at once.
        Self { stream, limits, activity, requests: 0, awaits: Awaits::Head, read_by, stalled: false, write_by }
    }

    fn await_within(&mut self, awaits: Awaits, time: Duration) {
        if self.awaits != awaits {
            self.awaits = awaits;
            self.read_by.as_mut().reset(Instant::now() + time);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let read = Pin::new(&mut this.stream).poll_read(cx, buffer);
        let requests = this.activity.requests();
        if std::mem::replace(&mut this.requests, requests) != requests || !this.activity.is_waiting() {
            // Bodies have a limit of their own.
            this.awaits = Awaits::Nothing;
        }
        if !this.activity.is_waiting() {
            return read;
        }
        if read.is_ready() {
            this.await_within(Awaits::Head, this.limits.head);
            return read;
        }
        if this.awaits == Awaits::Nothing {
            this.await_within(Awaits::Request, this.limits.idle);
        }
        ready!(this.read_by.as_mut().poll(cx));
        if this.awaits == Awaits::Head {
            this.activity.too_slow();
        }
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncWrite + Unpin> Timed<S> {
    /// What a write came to; without progress for too long, an error.
    fn written<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = false;
            return written;
        }
        if !std::mem::replace(&mut self.stalled, true) {
            self.write_by.as_mut().reset(Instant::now() + self.limits.write);
        }
        ready!(self.write_by.as_mut().poll(cx));
        self.activity.too_slow();
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.written(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, bytes);
        this.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
