//! `entrepot dead-letters …`

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum DeadLettersCommand {
    /// List what could not be imported, and why
    List { channel: String },
    /// Map dead letters again, from what was kept of them
    Replay {
        channel: String,
        /// Only this one; may be given several times
        #[arg(long = "id")]
        ids: Vec<String>,
        /// Only those with this reason
        #[arg(long)]
        code: Option<String>,
    },
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        // The text may hold a secret: it is not repeated.
        _ => Err("use KEY=VALUE".to_owned()),
    }
}

fn operation(text: &str) -> Result<entrepot_domain::grants::Operation, String> {
    use entrepot_domain::grants::Operation;
    let known = || Operation::ALL.map(Operation::as_str).join(", ");
    Operation::ALL.into_iter().find(|known| known.as_str() == text).ok_or_else(|| format!("use one of {}", known()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn names_and_flags_do_not_collide() {
        Cli::command().debug_assert();
    }
}
