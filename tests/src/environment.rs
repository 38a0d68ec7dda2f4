//! The environment variables of a host.

/// Sets a variable, whatever it was.
pub(crate) fn set(environment: &mut Vec<(String, String)>, name: &str, value: &str) {
    environment.retain(|(known, _)| known != name);
    environment.push((name.to_owned(), value.to_owned()));
}

/// Sets several.
pub(crate) fn set_all(environment: &mut Vec<(String, String)>, options: &[(&str, &str)]) {
    for (name, value) in options {
        set(environment, name, value);
    }
}
