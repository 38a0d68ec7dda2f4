use std::cell::RefCell;

use super::*;

fn answer(status: u16, retry_after: Option<u64>) -> Response {
    Response { status, headers: vec![("x-wp-total".into(), "7".into())], body: b"<p>Sorry</p>".to_vec(), retry_after }
}

#[test]
fn statuses_mean_what_the_host_can_act_on() {
    assert!(classify(answer(200, None)).is_ok());
    assert_eq!(failure(&answer(401, None)), Some(Error::Unauthorized("HTTP 401: Sorry".into())));
    let said = |status| Response { body: b"{}".to_vec(), ..answer(status, None) };
    assert_eq!([404, 410].map(|status| failure(&said(status))), [Some(Error::NotFound), Some(Error::NotFound)]);
    assert!(matches!(failure(&said(403)), Some(Error::Unauthorized(_))));
    for status in [400, 403, 404, 405, 410] {
        let Some(Error::Unavailable(why)) = failure(&answer(status, None)) else { panic!("{status}: a web page") };
        assert!(why.contains("web page") && why.contains("Sorry"), "{why}");
    }
    let moved = Response { headers: vec![("location".into(), "https://x.example/login".into())], ..said(302) };
    assert!(matches!(failure(&moved), Some(Error::Unavailable(why)) if why.contains("https://x.example/login")));
    assert_eq!(failure(&answer(429, Some(9))), Some(Error::RateLimited(Some(9))));
    assert_eq!(failure(&answer(503, Some(9))), Some(Error::RateLimited(Some(9))));
    for status in [408, 423, 425, 500, 502, 503, 508, 520] {
        assert!(matches!(failure(&answer(status, None)), Some(Error::Unavailable(_))), "{status}");
    }
    assert!(matches!(failure(&said(400)), Some(Error::Other(_))));
    assert_eq!(header(&answer(200, None), "x-wp-total"), Some("7"));
}

/// Answers what it was given, in turn, and remembers what it was asked.
struct Turns(RefCell<Vec<Response>>, RefCell<Vec<Request>>);

impl Transport for Turns {
    fn send(&self, request: &Request) -> Result<Response, Error> {
        self.1.borrow_mut().push(request.clone());
        Ok(self.0.borrow_mut().remove(0))
    }
}

fn turns(bodies: &[(u16, &str)]) -> Turns {
    let answer = |(status, body): &(u16, &str)| Response { body: body.as_bytes().to_vec(), ..answer(*status, None) };
    Turns(RefCell::new(bodies.iter().map(answer).collect()), RefCell::default())
}

fn number(response: Response) -> Result<u32, Error> {
    crate::json::parse(classify(response)?.body)
}

#[test]
fn what_is_something_else_is_asked_for_again() {
    let request = Get::new("https://a/").request();
    let transport = turns(&[(200, "<html></html>"), (200, "{"), (200, "7")]);
    assert_eq!(ask(&transport, &request, number), Ok(7));
    let asked = transport.1.borrow();
    assert_eq!((asked[0].headers.len(), asked[1].headers[0].1.as_str()), (0, "no-cache"));
    let transport = turns(&[(200, "1"), (200, "<p>"), (200, "3"), (200, "2")]);
    assert_eq!(
        ask_all(&transport, &[request.clone(), request.clone(), request.clone()], number),
        [Ok(1), Ok(2), Ok(3)]
    );
    for (bodies, sent) in [(vec![(200, "["), (200, "["), (200, "[")], 3), (vec![(500, "")], 1), (vec![(404, "")], 1)] {
        let transport = turns(&bodies);
        assert!(ask(&transport, &request, number).is_err());
        assert_eq!(transport.1.borrow().len(), sent, "{bodies:?}");
    }
}

#[test]
fn what_reads_and_is_in_conflict_is_unavailable_for_now() {
    let refused = |request: &Request, status| ask(&turns(&[(status, "{}")]), request, number).unwrap_err();
    for status in [409, 423, 425] {
        assert!(matches!(refused(&Get::new("https://a/").request(), status), Error::Unavailable(_)), "{status}");
    }
    assert!(matches!(refused(&post_json("https://a/", Vec::new()), 409), Error::Other(_)));
}

#[test]
fn a_failure_names_what_was_asked_for_and_no_query() {
    for (url, status, body, want) in [
        ("https://a.example/v3/brands?key=secret", 500, "x", "/v3/brands answered HTTP 500: x"),
        ("https://a.example/?rest_route=/wc/v3/products&key=secret", 400, "", "/wc/v3/products answered HTTP 400"),
        ("https://a.example", 500, "", "/ answered HTTP 500"),
    ] {
        let request = Get::new(url).request();
        let (Error::Unavailable(why) | Error::Other(why)) =
            ask(&turns(&[(status, body)]), &request, number).unwrap_err()
        else {
            panic!("{url}")
        };
        assert_eq!(why, want);
        let both = ask_all(&turns(&[(status, body), (200, "1")]), &[request.clone(), request], number);
        assert!(format!("{:?}", both[0]).contains(want) && both[1].is_ok(), "{both:?}");
    }
}

#[test]
fn what_may_not_be_sent_twice_is_not() {
    let request = post_json("https://a/", b"{}".to_vec());
    let transport = turns(&[(200, "["), (200, "1")]);
    assert!(ask(&transport, &request, number).is_err());
    assert!(ask_all(&turns(&[(200, "[")]), std::slice::from_ref(&request), number)[0].is_err());
    assert_eq!(ask(&turns(&[(200, "["), (200, "1")]), &repeatable(request), number), Ok(1));
}

#[test]
fn queries_are_encoded() {
    let url = Get::new("https://a/?x=1").query("include", "1,2").query("q", "ä/+").request().url;
    assert_eq!(url, "https://a/?x=1&include=1,2&q=%C3%A4%2F%2B");
}
