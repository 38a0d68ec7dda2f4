use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a master key for ENTREPOT_MASTER_KEY
    New,
    /// After the master key was lost: begin anew with the one given. Secrets, grants and trusted keys have to be given once more
    Adopt,
    /// Change the master key: everything is written anew under the first key given, while hosts go on. Without ENTREPOT_MASTER_KEY a new
    /// key is made; what was stopped goes on
    Rotate,
}
