mod credentials;
mod token_renewal;
