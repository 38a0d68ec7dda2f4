use super::*;

#[test]
fn reads_plain_decimals() {
    for (text, exponent, want) in [
        ("0", 2, 0),
        ("12", 2, 1200),
        ("12.5", 2, 1250),
        ("12.500", 2, 1250),
        ("-0.01", 2, -1),
        ("007.10", 2, 710),
        ("1500.00", 0, 1500),
        ("1.234", 3, 1234),
        ("92233720368547758.07", 2, i64::MAX),
        (".5", 2, 50),
        ("5.", 2, 500),
        ("+5", 2, 500),
        ("1e3", 2, 100_000),
        ("1999e-2", 2, 1999),
        ("-2.5E+1", 2, -2500),
        ("5e-3", 3, 5),
        ("0e0", 2, 0),
    ] {
        assert_eq!(minor(text, exponent), Ok(want), "{text}");
    }
}

#[test]
fn refuses_everything_else() {
    for text in [
        "",
        "-",
        ".",
        "+",
        "12,50",
        "1.299,00 zł",
        "1e",
        "e5",
        "1e400",
        "1e99999999999",
        "+-1",
        " 1",
        "1 ",
        "1.2.3",
        "٣",
        "--1",
        "NaN",
        "0x10",
    ] {
        assert_eq!(minor(text, 2), Err(MoneyError::NotADecimal), "{text:?}");
    }
    assert_eq!(minor("1.005", 2), Err(MoneyError::TooPrecise));
    assert_eq!(minor("92233720368547758.08", 2), Err(MoneyError::Overflow));
    assert_eq!(minor(&"9".repeat(400), 0), Err(MoneyError::Overflow));
    assert_eq!(money("1", "usd"), Err(MoneyError::UnknownCurrency));
}

#[test]
fn noise_of_a_float_is_no_precision() {
    for (text, exponent, want) in [
        ("29.949999999999999", 2, 2995),
        ("0.30000000000000004", 2, 30),
        ("19.989999999999998", 2, 1999),
        ("-1234567.8900000001", 2, -123_456_789),
        ("9.9999999999999999", 2, 1000),
        ("0.0099999999999999995", 2, 1),
        ("1500.0000000000002", 0, 1500),
        ("1.2550000000000001", 3, 1255),
    ] {
        assert_eq!(minor(text, exponent), Ok(want), "{text}");
        assert_eq!(minor_half_up(text, exponent), Ok(want), "{text}");
    }
    // Digits that stand for something: too few for noise, or not at a float's end.
    for text in
        ["15.1260505", "1.005", "29.949999", "1.2550000000000001", "1234567890123.456789", "0.123456789012345678"]
    {
        assert_eq!(minor(text, 2), Err(MoneyError::TooPrecise), "{text}");
    }
    assert_eq!(minor("123456789012345.67", 2), Ok(12_345_678_901_234_567));
    assert_eq!(minor_half_up("1.0049999999999999", 2), Ok(100), "the text is below the half, and no cent is near it");
}

#[test]
fn rounds_half_away_from_zero_when_asked() {
    for (text, want) in [("1.005", 101), ("1.0049999", 100), ("-1.005", -101), ("0.995", 100), ("2", 200)] {
        assert_eq!(minor_half_up(text, 2), Ok(want), "{text}");
    }
}
