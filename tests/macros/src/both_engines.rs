//! What `#[both_engines]` makes of a function.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Error, FnArg, ItemFn, ReturnType, Type};

const SHAPE: &str = "#[both_engines] is for `async fn name(app: App)`";

pub(crate) fn expand(arguments: TokenStream, function: TokenStream) -> Result<TokenStream, Error> {
    if !arguments.is_empty() {
        return Err(Error::new_spanned(arguments, "#[both_engines] takes no arguments"));
    }
    let mut function: ItemFn =
        syn::parse2(function).map_err(|error| Error::new(error.span(), format!("{SHAPE}: {error}")))?;
    check(&function)?;
    let attributes = std::mem::take(&mut function.attrs);
    let (for_tests, for_body): (Vec<_>, Vec<_>) = attributes.iter().partition(|attribute| is_of_tests(attribute));
    let for_all = attributes.iter().filter(|attribute| is_any(attribute, &["cfg", "doc"]));
    let for_all: Vec<_> = for_all.collect();
    let conditions = attributes.iter().filter(|attribute| is_any(attribute, &["cfg"]));
    let (name, vis) = (&function.sig.ident, &function.vis);
    Ok(quote! {
        #(#for_body)*
        #function

        #(#conditions)*
        #vis mod #name {
            #(#for_all)* #(#for_tests)*
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                super::#name(::entrepot_tests::App::start(::entrepot_tests::Database::Sqlite).await).await;
            }

            #(#for_all)* #(#for_tests)*
            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                if ::entrepot_tests::postgres_url().is_some() {
                    super::#name(::entrepot_tests::App::start(::entrepot_tests::Database::Postgres).await).await;
                }
            }
        }
    })
}

fn check(function: &ItemFn) -> Result<(), Error> {
    let signature = &function.sig;
    if signature.asyncness.is_none() {
        return Err(Error::new_spanned(signature.fn_token, format!("{SHAPE}; this one is not `async`")));
    }
    if !signature.generics.params.is_empty() {
        return Err(Error::new_spanned(&signature.generics, format!("{SHAPE}; this one is generic")));
    }
    if let ReturnType::Type(_, result) = &signature.output {
        return Err(Error::new_spanned(result, format!("{SHAPE}; this one returns something")));
    }
    let arguments: Vec<_> = signature.inputs.iter().collect();
    let [argument] = arguments[..] else {
        return Err(Error::new_spanned(signature, format!("{SHAPE}; this one has {} arguments", arguments.len())));
    };
    if !is_app(argument) {
        return Err(Error::new_spanned(argument, format!("{SHAPE}; its argument is not an `App`")));
    }
    Ok(())
}

fn is_app(argument: &FnArg) -> bool {
    let FnArg::Typed(argument) = argument else { return false };
    let Type::Path(path) = &*argument.ty else { return false };
    path.path.segments.last().is_some_and(|segment| segment.ident == "App" && segment.arguments.is_none())
}

/// Attributes that mean something to the test harness alone.
fn is_of_tests(attribute: &Attribute) -> bool {
    is_any(attribute, &["ignore", "should_panic"])
}

fn is_any(attribute: &Attribute, names: &[&str]) -> bool {
    names.iter().any(|name| attribute.path().is_ident(name))
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use syn::{Item, ItemFn};

    use super::*;

    fn wrong(function: TokenStream) -> String {
        expand(TokenStream::new(), function).expect_err("it is refused").to_string()
    }

    fn names(attributes: &[Attribute]) -> Vec<String> {
        attributes.iter().filter_map(|attribute| Some(attribute.path().segments.last()?.ident.to_string())).collect()
    }

    /// The function, and the tests beside it.
    fn parts(function: TokenStream) -> (ItemFn, Vec<ItemFn>) {
        let expanded = expand(TokenStream::new(), function).expect("it is taken");
        let file: syn::File = syn::parse2(expanded).expect("Rust");
        let [Item::Fn(body), Item::Mod(module)] = &file.items[..] else { panic!("a function and a module") };
        assert_eq!(body.sig.ident, module.ident);
        let items = module.content.clone().expect("tests").1;
        let tests = items.into_iter().map(|item| match item {
            Item::Fn(test) => test,
            _ => panic!("a test"),
        });
        (body.clone(), tests.collect())
    }

    #[test]
    fn a_function_is_two_tests() {
        let (body, tests) = parts(quote! {
            /// It is said.
            async fn it_works(app: App) {
                app.install().await;
            }
        });
        assert_eq!(names(&body.attrs), ["doc"]);
        let made: Vec<_> = tests.iter().map(|test| (test.sig.ident.to_string(), names(&test.attrs))).collect();
        let attributes = vec!["doc".to_owned(), "test".to_owned()];
        assert_eq!(made, [("sqlite".to_owned(), attributes.clone()), ("postgres".to_owned(), attributes)]);
    }

    #[test]
    fn attributes_go_where_they_work() {
        let (body, tests) = parts(quote! {
            #[ignore = "slow"]
            #[expect(clippy::too_many_lines)]
            async fn it_works(mut app: entrepot_tests::App) {}
        });
        assert_eq!(names(&body.attrs), ["expect"]);
        assert!(tests.iter().all(|test| names(&test.attrs) == ["ignore", "test"]));
    }

    #[test]
    fn misuse_is_told() {
        let shape = "#[both_engines] is for `async fn name(app: App)`";
        assert_eq!(
            wrong(quote!(
                fn a(app: App) {}
            )),
            format!("{shape}; this one is not `async`")
        );
        assert_eq!(
            wrong(quote!(
                async fn a() {}
            )),
            format!("{shape}; this one has 0 arguments")
        );
        assert_eq!(
            wrong(quote!(
                async fn a(app: App, b: u8) {}
            )),
            format!("{shape}; this one has 2 arguments")
        );
        assert_eq!(
            wrong(quote!(
                async fn a(app: &App) {}
            )),
            format!("{shape}; its argument is not an `App`")
        );
        assert_eq!(
            wrong(quote!(
                async fn a(host: Host) {}
            )),
            format!("{shape}; its argument is not an `App`")
        );
        assert_eq!(
            wrong(quote!(
                async fn a(app: App) -> u8 {
                    1
                }
            )),
            format!("{shape}; this one returns something")
        );
        assert_eq!(
            wrong(quote!(
                async fn a<T>(app: App) {}
            )),
            format!("{shape}; this one is generic")
        );
        assert!(
            wrong(quote!(
                struct A;
            ))
            .starts_with(shape)
        );
        let arguments = expand(
            quote!(sqlite),
            quote!(
                async fn a(app: App) {}
            ),
        )
        .expect_err("it is refused");
        assert_eq!(arguments.to_string(), "#[both_engines] takes no arguments");
    }
}
