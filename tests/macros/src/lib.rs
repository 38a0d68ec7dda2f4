#![doc = include_str!("../README.md")]

mod both_engines;

use proc_macro::TokenStream;

/// Runs an `async fn name(app: App)` as the tests `name::sqlite` and `name::postgres`, each on a database of its own.
#[proc_macro_attribute]
pub fn both_engines(arguments: TokenStream, function: TokenStream) -> TokenStream {
    both_engines::expand(arguments.into(), function.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
