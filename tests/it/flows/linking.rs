mod proposals;
mod undo;
