use super::super::CLEANER;
use super::*;

fn parsed(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

#[test]
fn what_shops_store_needs_no_parser() {
    for html in [
        "<p>Soft, warm &amp; light.</p>\n<ul>\n<li>Model 7</li>\n<li>Easy care</li>\n</ul>\n",
        "<p>One<br />\ntwo <strong>three <em>four</em></strong></p>\n<h2>Size</h2><hr/>5 &lt; 6&nbsp;cm",
        "<div><blockquote><p>Grün – 😀 “said”</p></blockquote><ol><li><p>a</p><ul><li>b</li></ul></li></ol></div>",
        "plain",
        "",
        " \n<p> </p>\t",
        "a<br>b<br/>c<br />d",
        "ﬁ é ｆｕｌｌ",
    ] {
        assert_eq!(cleaned(html), Some(parsed(html)), "{html}");
    }
}

#[test]
fn everything_else_is_the_parsers() {
    for html in [
        "<p>a",
        "a</p>",
        "<p><p>a</p></p>",
        "<p><div>a</div></p>",
        "<b><p>a</p></b>",
        "<b>a<i>b</b>c</i>",
        "<b><b>a</b></b>",
        "<li>a</li>",
        "<ul><li>a<li>b</ul>",
        "<h1><h2>a</h2></h1>",
        "<p><hr></p>",
        "<p class=\"x\">a</p>",
        "<p >a</p>",
        "<P>a</P>",
        "<a href=\"https://x.example\">a</a>",
        "<img src=\"x\">",
        "<script>a</script>",
        "<table><tr><td>a</td></tr></table>",
        "<pre>\na</pre>",
        "<br clear=\"all\">",
        "</br>",
        "<!-- a -->",
        "<",
        "</",
        "a > b",
        "a & b",
        "&quot;",
        "&ampx",
        "a\u{a0}b",
        "\u{feff}a",
        "a\rb",
        "a\0b",
        "a\u{85}b",
        "<section>a</section>",
        "<abbrabbrabbr>a</abbrabbrabbr>",
    ] {
        assert_eq!(cleaned(html), None, "{html}");
    }
    assert_eq!(cleaned(&("<div>".repeat(17) + &"</div>".repeat(17))), None);
    assert!(cleaned(&("<div>".repeat(16) + &"</div>".repeat(16))).is_some());
}

/// Texts put together at random, by numbers that are the same each time: what is answered is the parser's answer.
#[test]
fn never_another_answer_than_the_parsers() {
    const NAMES: [&str; 40] = [
        "b",
        "i",
        "u",
        "s",
        "em",
        "strong",
        "small",
        "code",
        "span",
        "sub",
        "sup",
        "mark",
        "abbr",
        "cite",
        "kbd",
        "samp",
        "var",
        "dfn",
        "q",
        "div",
        "blockquote",
        "h1",
        "h2",
        "h6",
        "p",
        "p",
        "p",
        "ul",
        "ul",
        "ol",
        "li",
        "li",
        "li",
        "a",
        "table",
        "td",
        "script",
        "pre",
        "button",
        "svg",
    ];
    const TEXTS: [&str; 22] = [
        "a", "b c", "\n", " ", "&amp;", "&lt;", "&gt;", "&nbsp;", "<br>", "<br />", "<br/>", "<hr>", "<hr />", "ü",
        "\u{a0}", "&", ">", "<", "\"", "&copy;", "</", "\u{fffd}",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = |most: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap_or(0) % most
    };
    let mut answered = 0;
    for _ in 0..20_000 {
        let (mut html, mut open) = (String::new(), Vec::new());
        // Some of them keep to what is answered, so that long ones are, too.
        let odd = below(3) == 0;
        for _ in 0..below(24) {
            match below(6) {
                0 | 1 => {
                    let name = NAMES[below(if odd { NAMES.len() } else { 33 })];
                    html.push_str(&format!("<{name}>"));
                    open.push(name);
                }
                2 | 3 => {
                    if let Some(name) = open.pop() {
                        html.push_str(&format!("</{name}>"));
                    }
                }
                4 if odd => html.push_str(&format!("</{}>", NAMES[below(NAMES.len())])),
                _ => html.push_str(TEXTS[below(if odd { TEXTS.len() } else { 14 })]),
            }
        }
        for name in open.iter().rev().take(if odd { below(3) } else { usize::MAX }) {
            html.push_str(&format!("</{name}>"));
        }
        if let Some(clean) = cleaned(&html) {
            answered += 1;
            assert_eq!(clean, parsed(&html), "{html}");
        }
    }
    assert!(answered > 2_000, "too few of these texts are answered to prove anything: {answered}");
}

/// Each of these with one byte less, more or changed, at each place.
#[test]
fn never_another_answer_about_a_text_that_is_nearly_right() {
    for html in [
        "<p>a &amp; b<br />c</p>\n<ul>\n<li><b>d</b></li>\n</ul>",
        "<div><h2>a</h2><ol><li><p>b</p></li></ol><hr></div>&nbsp;<em>c</em>",
    ] {
        for at in 0..html.len() {
            for other in ["", "<", ">", "/", "&", ";", " ", "p", "b", "\n", "\"", "=", "\0", "<p>", "</p>", "<li>"] {
                for rest in [at, at + 1] {
                    let near = format!("{}{other}{}", &html[..at], &html[rest..]);
                    if let Some(clean) = cleaned(&near) {
                        assert_eq!(clean, parsed(&near), "{near:?}");
                    }
                }
            }
        }
    }
}
