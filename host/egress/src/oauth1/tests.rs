use super::*;

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// Requests that a WooCommerce 10 shop answered with 200.
#[test]
fn signs_as_a_shop_accepted_it() {
    let signer = Signer {
        consumer_key: "ck_0123456789abcdef0123456789abcdef01234567",
        consumer_secret: "cs_fedcba9876543210fedcba987654321001234567",
        method: SignatureMethod::HmacSha256,
        nonce: "a1b2c3d4e5f60718",
        timestamp: 1_795_166_957,
        sign_as: None,
    };
    let url = Url::parse("http://shop.example.com/wp-json/wc/v3/products?_fields=id,name&per_page=1").unwrap();
    let signed = signer.sign("GET", &url);
    let found: Vec<_> = signed.query_pairs().into_owned().collect();
    assert_eq!(found[0], ("_fields".to_owned(), "id,name".to_owned()));
    assert_eq!(found.last().unwrap().1, "yuGkIqUEw+tQlCVqHY5JIOTxc1+T9oJmYLtrAHg3RN0=");
    assert!(signed.query().unwrap().ends_with("&oauth_signature=yuGkIqUEw%2BtQlCVqHY5JIOTxc1%2BT9oJmYLtrAHg3RN0%3D"));
}

#[test]
fn signs_what_the_query_means_however_it_was_encoded() {
    let signer = Signer {
        consumer_key: "ck_087db365d67155f3b81c1f2d1647cb9654343ce2",
        consumer_secret: "cs_81dbf25a7bd1455fb44680ce4abf77de4347e577",
        method: SignatureMethod::HmacSha256,
        nonce: "0123456789abcdef",
        timestamp: 1_795_167_405,
        sign_as: None,
    };
    for query in ["per_page=2&search=caf%C3%A9+%26+co%2B~", "search=caf%c3%a9%20%26%20co%2B%7E&per_page=2"] {
        let url = Url::parse(&format!("http://127.0.0.1:8090/wp-json/wc/v3/products?{query}")).unwrap();
        let signed = signer.sign("GET", &url);
        let signature = signed.query_pairs().find(|(key, _)| key == "oauth_signature").unwrap().1.into_owned();
        assert_eq!(signature, "Q1/PCNUsY4oVWS9wZp9fUWc6ll+LSyNB3ZfW+Po1LJg=");
        assert!(signed.query().unwrap().starts_with(query), "the query stays as it was written");
    }
}

#[test]
fn base_string_has_the_port_only_when_it_is_unusual() {
    let signer = |sign_as| Signer {
        consumer_key: "ck",
        consumer_secret: "cs",
        method: SignatureMethod::HmacSha256,
        nonce: "n",
        timestamp: 1,
        sign_as,
    };
    let url = Url::parse("http://127.0.0.1:8090/wp-json/wc/v3/products").unwrap();
    let base = signer(None).base_string("GET", &url, &pairs(&[("search", "café & co+~"), ("per_page", "2")]));
    assert_eq!(
        base,
        "GET&http%3A%2F%2F127.0.0.1%3A8090%2Fwp-json%2Fwc%2Fv3%2Fproducts&\
         per_page%3D2%26search%3Dcaf%25C3%25A9%2520%2526%2520co%252B~"
    );
    let url = Url::parse("https://shop.example:443/a").unwrap();
    assert_eq!(signer(None).base_string("GET", &url, &[]), "GET&https%3A%2F%2Fshop.example%2Fa&");
    let believed = signer(Some(SignedScheme::Http)).base_string("GET", &url, &[]);
    assert_eq!(believed, "GET&http%3A%2F%2Fshop.example%2Fa&", "what a site behind a proxy believes");
}

/// RFC 2202, case 2.
#[test]
fn sha1_is_hmac_sha1() {
    let found = mac::<Hmac<Sha1>>("Jefe", "what do ya want for nothing?");
    let expected = [
        0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb, 0x2f, 0xa2, 0xd2, 0x74, 0x16, 0xd5, 0xf1, 0x84, 0xdf, 0x9c, 0x25, 0x9a,
        0x7c, 0x79,
    ];
    assert_eq!(found, expected);
}
