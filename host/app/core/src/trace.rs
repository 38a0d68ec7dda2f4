//! Which trace a piece of work belongs to. Without a collector none of this does anything.
//!
//! What is worked on was begun elsewhere, perhaps by another host: a delivery is stored with the trace in which it came, and the trace
//! of a run follows from its id, so that all hosts that carry it write into one.
// See docs/decisions/0052-traces-follow-the-work.md

use entrepot_domain::RunId;
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The trace that is under way here, as a W3C `traceparent`; `None`: none is recorded.
pub fn current() -> Option<String> {
    let context = Span::current().context();
    let span = context.span().span_context().clone();
    let flags = span.trace_flags().to_u8();
    (span.is_valid() && span.is_sampled()).then(|| format!("00-{}-{}-{flags:02x}", span.trace_id(), span.span_id()))
}

/// `span` goes on with the first of these traces and points to the others.
pub fn continue_with<'a>(span: &Span, parents: impl Iterator<Item = &'a str>) {
    let mut parents = parents.filter_map(parse);
    let Some(first) = parents.next() else { return };
    // Nobody listens, or the span is on its way already: then there is nothing to go on with.
    let _ = span.set_parent(Context::new().with_remote_span_context(first));
    parents.for_each(|other| span.add_link(other));
}

/// A worker's turn at a run.
pub fn of_run(run: &RunId) -> Span {
    let span = tracing::error_span!("run", run = run.as_str(), channel = Empty, adapter = Empty, version = Empty);
    let hash = blake3::hash(run.as_str().as_bytes());
    let (mut trace, mut parent) = ([0; 16], [0; 8]);
    trace.copy_from_slice(&hash.as_bytes()[..16]);
    parent.copy_from_slice(&hash.as_bytes()[16..24]);
    let (trace, parent) = (TraceId::from_bytes(trace), SpanId::from_bytes(parent));
    let whole = SpanContext::new(trace, parent, TraceFlags::SAMPLED, true, TraceState::NONE);
    let _ = span.set_parent(Context::new().with_remote_span_context(whole));
    span
}

fn parse(traceparent: &str) -> Option<SpanContext> {
    let mut parts = traceparent.split('-');
    let (_version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?);
    let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
    let context = SpanContext::new(trace, span, flags, true, TraceState::NONE);
    context.is_valid().then_some(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_read_as_it_is_written() {
        let known = parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").unwrap();
        assert_eq!(known.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert!(known.is_sampled() && known.is_remote());
        for wrong in ["", "00-0-0-01", "00-00000000000000000000000000000000-b7ad6b7169203331-01", "nothing"] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
        assert_eq!(current(), None, "nobody listens");
    }
}
