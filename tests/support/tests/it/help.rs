//! The simulator as a command.

use std::process::Command;

fn said(words: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_entrepot-simulator")).args(words).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn help_is_there_for_all_and_for_each_marketplace() {
    let (done, all) = said(&["--help"]);
    assert!(done && all.contains("bigcommerce|ebay|etsy|shopify|woocommerce"), "{all}");
    for words in [["etsy", "--help"], ["woocommerce", "-h"]] {
        let (done, help) = said(&words);
        assert!(done && help.starts_with(&format!("usage: entrepot-simulator {} [--products N]", words[0])), "{help}");
        assert_eq!(help.contains("--recorded"), words[0] == "woocommerce", "{help}");
    }
}
