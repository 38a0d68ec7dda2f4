//! Bytes as hexadecimal digits: ids, digests, signatures.

/// In lower case.
///
/// ```
/// use entrepot_guest::hex;
/// assert_eq!(hex::encode([0, 0xab]), "00ab");
/// assert_eq!((hex::decode("00AB"), hex::decode("0"), hex::decode("+f")), (Some(vec![0, 0xab]), None, None));
/// ```
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of a signature, in either case. `None`: it is none.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}
