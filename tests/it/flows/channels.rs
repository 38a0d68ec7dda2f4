mod credentials;
mod token_failures;
mod token_renewal;
