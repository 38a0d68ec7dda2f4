//! Every option of an Entrepot host, its default, and the check at start
