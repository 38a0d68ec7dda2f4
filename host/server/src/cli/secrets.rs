//! How secrets are given to a command: from a file, from standard input, from the prompt of a terminal; and as text, for scripts.

use std::fs;
use std::io::{self, IsTerminal, Read};

use anyhow::{Context, Result, bail};
use clap::Args;
use entrepot_domain::Secret;
use zeroize::Zeroizing;

use super::key_value;

/// Bytes of a secret with what may stand around it. The host takes 4 KiB.
const MAX_INPUT_LEN: u64 = 64 << 10;

#[derive(Debug, Default, Args)]
pub struct SecretArgs {
    /// A secret from a file, without the line break at its end; may be given several times
    #[arg(long = "secret-file", value_name = "KEY=PATH", value_parser = key_value)]
    files: Vec<(String, String)>,
    /// A secret from standard input; on a terminal it is asked for, and not shown. May be given several times on a terminal
    #[arg(long = "secret-stdin", value_name = "KEY")]
    stdin: Vec<String>,
    /// A secret as text, for scripts: others on this machine see it, and the shell's history keeps it
    #[arg(long = "secret", value_name = "KEY=VALUE", value_parser = key_value)]
    texts: Vec<(String, String)>,
}

impl SecretArgs {
    /// All of them by name, each once.
    pub(crate) fn read(self) -> Result<Vec<(String, Secret)>> {
        let Self { files, stdin, texts } = self;
        if !texts.is_empty() && io::stdin().is_terminal() && io::stderr().is_terminal() {
            eprintln!(
                "entrepot: a secret in a command line is seen by others on this machine and kept in the shell's history; use \
                 --secret-stdin KEY, which asks for it, or --secret-file KEY=PATH"
            );
        }
        let mut secrets: Vec<(String, Secret)> =
            texts.into_iter().map(|(name, value)| (name, Secret::new(value))).collect();
        for (name, path) in files {
            let value = from_file(&path).with_context(|| format!("the secret {name} cannot be read from {path}"))?;
            secrets.push((name, value));
        }
        let prompted = io::stdin().is_terminal();
        if stdin.len() > 1 && !prompted {
            bail!("standard input holds one secret; give the others with --secret-file KEY=PATH");
        }
        for name in stdin {
            let value = if prompted { asked(&name) } else { whole(io::stdin().lock()) };
            let value = value.with_context(|| format!("the secret {name} cannot be read from standard input"))?;
            secrets.push((name, value));
        }
        let mut names: Vec<&str> = secrets.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            bail!("the secret {} is given twice; give it once", twice[0]);
        }
        Ok(secrets)
    }
}

/// One from standard input; on a terminal it is asked for under that name, and not shown.
pub(crate) fn from_stdin(name: &str) -> Result<Secret> {
    let value = if io::stdin().is_terminal() { asked(name) } else { whole(io::stdin().lock()) };
    value.with_context(|| format!("the {name} cannot be read from standard input"))
}

fn from_file(path: &str) -> Result<Secret> {
    // A pipe of the shell, as in `<(pass show shop)`, is as good as a file.
    whole(fs::File::open(path)?)
}

fn whole(from: impl Read) -> Result<Secret> {
    let mut bytes = Zeroizing::new(Vec::new());
    from.take(MAX_INPUT_LEN + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_INPUT_LEN {
        bail!("it has more than {MAX_INPUT_LEN} bytes, which no secret has");
    }
    let text = std::str::from_utf8(&bytes).context("it is not UTF-8")?;
    // Editors and `echo` end a file with a line break; no secret ends with one.
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    if text.is_empty() {
        bail!("it is empty");
    }
    Ok(Secret::new(text))
}

fn asked(name: &str) -> Result<Secret> {
    let text = Zeroizing::new(rpassword::prompt_password(format!("{name}: "))?);
    if text.is_empty() {
        bail!("nothing was typed");
    }
    Ok(Secret::new(text.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_what_is_in_the_file_without_its_line_break() {
        for text in ["hush", "hush\n", "hush\r\n"] {
            assert_eq!(whole(text.as_bytes()).expect("read").expose(), "hush");
        }
        assert_eq!(whole(" a b \n\n".as_bytes()).expect("read").expose(), " a b \n");
        for (bad, why) in [(&b""[..], "empty"), (b"\n", "empty"), (b"\xff\xfe", "UTF-8")] {
            let said = format!("{:#}", whole(bad).expect_err("no secret"));
            assert!(said.contains(why), "{said}");
        }
        assert!(whole(io::repeat(b'x')).is_err(), "an endless one");
    }

    #[test]
    fn a_secret_is_given_once() {
        let twice = SecretArgs {
            texts: vec![("key".into(), "hush".into()), ("key".into(), "other".into())],
            ..SecretArgs::default()
        };
        let said = twice.read().expect_err("twice").to_string();
        assert!(said.contains("key") && !said.contains("hush"), "{said}");
    }
}
