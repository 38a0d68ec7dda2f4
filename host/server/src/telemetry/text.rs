//! What stands in a line for people. Guests and marketplaces write into it: what they say stays in its line, steers no terminal and does
//! not fill the screen. Lines of JSON have it whole.

use std::fmt::{self, Debug, Write};

use entrepot_domain::names::shown;
use tracing::field::Field;
use tracing_subscriber::fmt::format::Writer;

/// Characters of one field.
const LONGEST: usize = 4_000;

/// For `tracing_subscriber::fmt::format::debug_fn`.
pub(super) fn field(writer: &mut Writer<'_>, field: &Field, value: &dyn Debug) -> fmt::Result {
    match field.name() {
        "message" => {}
        // Of the bridge from the crate `log`: where in a library's source.
        name if name.starts_with("log.") => return Ok(()),
        name => write!(writer, "{name}=")?,
    }
    write!(Line { out: writer, left: LONGEST }, "{value:?}")
}

/// Escapes what is written to it, and ends it after so many characters.
struct Line<W> {
    out: W,
    left: usize,
}

impl<W: Write> Write for Line<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            match self.left {
                0 => return Ok(()),
                1 => self.out.write_char('…')?,
                _ if c == '\u{2028}' || c == '\u{2029}' || shown(c) != c => write!(self.out, "{}", c.escape_default())?,
                _ => self.out.write_char(c)?,
            }
            self.left -= 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::field::MakeExt;
    use tracing_subscriber::fmt::format::debug_fn;

    use super::*;

    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_guests_line_is_one_line_and_steers_nothing() {
        let screen = Screen::default();
        let out = screen.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(move || out.clone())
            .with_ansi(false)
            .fmt_fields(debug_fn(field).delimited(" "))
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            let evil = "ok\n2026-11-20T00:00:00Z  INFO all is well\r\u{1b}[2J\u{9b}31m\u{202e}\u{2028}\u{7}é";
            let fields = format!("a={evil}");
            tracing::span!(tracing::Level::ERROR, "run", evil).in_scope(|| tracing::warn!(fields, "{evil}"));
            tracing::warn!("{}", "x".repeat(1 << 20));
        });
        let text = String::from_utf8(screen.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(lines[0].chars().all(|c| shown(c) == c && c != '\u{2028}'), "{:?}", lines[0]);
        assert!(
            lines[0].contains("ok\\n2026") && lines[0].contains("\\u{1b}[2J") && lines[0].contains('é'),
            "{}",
            lines[0]
        );
        assert!(lines[1].chars().count() < LONGEST + 200 && lines[1].contains('…'), "{}", lines[1].len());
    }
}
