//! Stylesheets, every address in them replaced. Read token by token (CSS Syntax Level 3), because addresses hide behind
//! escapes; what is written holds no address that was not asked for, no comment and no `<`.

/// `place` says where the copy of an address is; without a copy nothing is loaded.
pub fn rewrite(css: &str, place: &dyn Fn(&str) -> Option<String>) -> String {
    let mut scan = Scan { rest: css };
    let mut out = String::with_capacity(css.len());
    // For each open parenthesis: are strings in it addresses?
    let mut calls: Vec<bool> = Vec::new();
    while let Some(c) = scan.peek() {
        if scan.eat("/*") {
            scan.skip_past("*/");
            out.push(' ');
            continue;
        }
        match c {
            '"' | '\'' => {
                let words = scan.string();
                let shown = match calls.last() {
                    Some(true) => place(&words).unwrap_or(NOTHING.into()),
                    _ if is_address(&words) => String::new(),
                    _ => words,
                };
                push_string(&mut out, &shown);
            }
            '@' => {
                scan.bump();
                let name = scan.ident();
                match name.to_ascii_lowercase().as_str() {
                    "import" => import(&mut scan, &mut out, place),
                    "namespace" | "charset" => leave_out(&mut scan, &mut out),
                    _ => {
                        out.push('@');
                        push_ident(&mut out, &name);
                    }
                }
            }
            '(' | ')' => {
                scan.bump();
                out.push(c);
                if c == '(' {
                    calls.push(false)
                } else {
                    let _ = calls.pop();
                }
            }
            _ if scan.starts_ident() => {
                let name = scan.ident();
                let lower = name.to_ascii_lowercase();
                if !scan.eat("(") {
                    push_ident(&mut out, if BINDING.contains(&lower.as_str()) { "left-out" } else { &name });
                } else if matches!(lower.as_str(), "url" | "url-prefix" | "domain") {
                    let found = scan.url();
                    out.push_str("url(");
                    push_string(&mut out, &found.and_then(|url| place(&url)).unwrap_or(NOTHING.into()));
                    out.push(')');
                } else {
                    push_ident(&mut out, if lower == "expression" { "left-out" } else { &name });
                    out.push('(');
                    calls.push(LOADING.contains(&lower.as_str()));
                }
            }
            // Comments of HTML, whatever could end a style element, and a backslash that escapes nothing.
            '<' | '\0' | '\\' => {
                scan.bump();
                out.push(' ');
            }
            c => {
                scan.bump();
                out.push(c);
            }
        }
    }
    out
}

/// An address of nothing: no request follows.
const NOTHING: &str = "data:,";
/// Functions that take an address as a string.
const LOADING: &[&str] =
    &["image-set", "-webkit-image-set", "src", "image", "cross-fade", "-webkit-cross-fade"];
/// Properties that once ran script.
const BINDING: &[&str] = &["-moz-binding", "behavior"];

/// Behind `@import`. Its conditions are left to whoever reads on.
fn import(scan: &mut Scan, out: &mut String, place: &dyn Fn(&str) -> Option<String>) {
    scan.skip_space();
    let address = match scan.peek() {
        Some('"' | '\'') => Some(scan.string()),
        Some(_) if scan.starts_ident() => {
            let function = scan.ident();
            (function.eq_ignore_ascii_case("url") && scan.eat("(")).then(|| scan.url()).flatten()
        }
        _ => None,
    };
    match address.and_then(|address| place(&address)) {
        Some(place) => {
            out.push_str("@import url(");
            push_string(out, &place);
            out.push(')');
        }
        None => leave_out(scan, out),
    }
}

/// The space keeps what stood before from growing together with what follows.
fn leave_out(scan: &mut Scan, out: &mut String) {
    scan.skip_statement();
    out.push(' ');
}

struct Scan<'a> {
    rest: &'a str,
}

impl Scan<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn eat(&mut self, words: &str) -> bool {
        let rest = self.rest.strip_prefix(words);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn skip_past(&mut self, words: &str) {
        self.rest = self.rest.find(words).map_or("", |at| &self.rest[at + words.len()..]);
    }

    fn skip_space(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            if !self.eat("/*") {
                return;
            }
            self.skip_past("*/");
        }
    }

    /// Past the next semicolon that belongs to no block or string, or past the block that takes its place.
    fn skip_statement(&mut self) {
        let mut open = 0;
        while let Some(c) = self.peek() {
            if self.eat("/*") {
                self.skip_past("*/");
                continue;
            }
            match c {
                '"' | '\'' => drop(self.string()),
                '\\' => drop((self.bump(), self.bump())),
                '}' if open == 0 => return,
                _ => {
                    self.bump();
                    match c {
                        '{' | '(' | '[' => open += 1,
                        '}' | ')' | ']' if open > 0 => open -= 1,
                        _ => {}
                    }
                    if open == 0 && matches!(c, ';' | '}') {
                        return;
                    }
                }
            }
        }
    }

    /// A string, its escapes resolved; one that its line ends is at its end there.
    fn string(&mut self) -> String {
        let quote = self.bump();
        let mut words = String::new();
        while let Some(c) = self.peek() {
            match c {
                _ if Some(c) == quote => {
                    self.bump();
                    break;
                }
                _ if is_newline(c) => break,
                '\\' => words.extend(self.escape()),
                _ => words.extend(self.bump()),
            }
        }
        words
    }

    fn starts_ident(&self) -> bool {
        let mut ahead = self.rest.chars();
        match ahead.next() {
            Some('\\') => ahead.next().is_some_and(|c| !is_newline(c)),
            Some(c) => c.is_ascii_alphabetic() || matches!(c, '-' | '_') || !c.is_ascii(),
            None => false,
        }
    }

    fn ident(&mut self) -> String {
        let mut name = String::new();
        while let Some(c) = self.peek() {
            match c {
                _ if !self.starts_ident() && !c.is_ascii_digit() => break,
                '\\' => name.extend(self.escape()),
                _ => name.extend(self.bump()),
            }
        }
        name
    }

    /// Behind `url(`, up to and with its closing parenthesis. `None` for what is no address.
    fn url(&mut self) -> Option<String> {
        self.rest = self.rest.trim_start();
        let quoted = matches!(self.peek(), Some('"' | '\''));
        let mut address = if quoted { self.string() } else { String::new() };
        let mut ended = quoted;
        let mut broken = false;
        while let Some(c) = self.peek() {
            match c {
                ')' => {
                    self.bump();
                    break;
                }
                '\\' => {
                    let escaped = self.escape();
                    broken |= ended || escaped.is_none();
                    address.extend(escaped);
                }
                c if c.is_whitespace() => {
                    self.bump();
                    ended = true;
                }
                '"' | '\'' if ended => drop(self.string()),
                c => {
                    self.bump();
                    broken |= ended || matches!(c, '"' | '\'' | '(');
                    address.push(c);
                }
            }
        }
        (!broken).then_some(address)
    }

    /// A backslash and what it stands for: up to six hexadecimal digits and one space, or the character itself.
    fn escape(&mut self) -> Option<char> {
        self.bump();
        let mut code = 0u32;
        let mut digits = 0;
        while digits < 6
            && let Some(digit) = self.peek().and_then(|c| c.to_digit(16))
        {
            code = code * 16 + digit;
            digits += 1;
            self.bump();
        }
        if digits == 0 {
            return if self.eat("\r\n") { None } else { self.bump().filter(|c| !is_newline(*c)) };
        }
        if !self.eat("\r\n") && self.peek().is_some_and(char::is_whitespace) {
            self.bump();
        }
        Some(char::from_u32(code).filter(|c| *c != '\0').unwrap_or('\u{fffd}'))
    }
}

fn is_newline(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\x0c')
}

fn is_address(words: &str) -> bool {
    let words = words.trim_start().to_ascii_lowercase();
    words.starts_with("//")
        || words.contains("://")
        || words.starts_with("javascript:")
        || words.starts_with("data:")
}

fn push_ident(out: &mut String, name: &str) {
    for (at, c) in name.chars().enumerate() {
        if c.is_ascii_alphabetic()
            || matches!(c, '-' | '_')
            || (at > 0 && c.is_ascii_digit())
            || !c.is_ascii()
        {
            out.push(c);
        } else {
            push_escaped(out, c);
        }
    }
}

fn push_string(out: &mut String, words: &str) {
    out.push('"');
    for c in words.chars() {
        match c {
            '"' | '\\' | '<' | '&' => push_escaped(out, c),
            c if c.is_control() => push_escaped(out, c),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '\0' => out.push('\u{fffd}'),
        c => out.push_str(&format!("\\{:x} ", u32::from(c))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a.png` and `a.css` are held, nothing else.
    fn check(css: &str, expected: &str) {
        let place = |address: &str| ["a.png", "a.css"].contains(&address).then(|| format!("/r/{address}"));
        assert_eq!(rewrite(css, &place), expected, "{css}");
    }

    #[test]
    fn what_is_held_is_loaded_from_the_copy() {
        check("p{background:url(a.png) top}", "p{background:url(\"/r/a.png\") top}");
        check("p{background:URL( 'a.png' )}", "p{background:url(\"/r/a.png\")}");
        check("@import 'a.css' screen; q{}", "@import url(\"/r/a.css\") screen; q{}");
        check("@IMPORT/**/url(a.css);", "@import url(\"/r/a.css\");");
        check(
            "p{background:image-set('a.png' 1x, \"b.png\" 2x)}",
            "p{background:image-set(\"/r/a.png\" 1x, \"data:,\" 2x)}",
        );
        check(
            "@media (min-width:40em){a:hover>b::before{content:'“'}}",
            "@media (min-width:40em){a:hover>b::before{content:\"“\"}}",
        );
        check(".a\\:b,.\\31 x{width:calc(1px + 2%)}", ".a\\3a b,.\\31 x{width:calc(1px + 2%)}");
    }

    #[test]
    fn nothing_else_is_loaded_from_anywhere() {
        let gone = "p{background:url(\"data:,\")}";
        check("p{background:url(https://outside.example/x)}", gone);
        check("p{background:u\\72l(https://outside.example/x)}", gone);
        check("p{background:\\75\\52\\4C(//outside.example)}", gone);
        check("p{background:url(a.p\\\nng)}", gone);
        check("p{background:url(https://outside.example/x y)}", gone);
        check("p{background:url('https://outside.example/x)}", "p{background:url(\"data:,\")");
        check("@import 'https://outside.example/'; q{}", "  q{}");
        check("@import url(//outside.example) layer(a;b) ; q{}", "  q{}");
        check("@\\69mport '//outside.example';", " ");
        check("@namespace a url(https://outside.example);b{}", " b{}");
        check("p{background:u\\\nrl(//outside.example)}", "p{background:u \nrl(//outside.example)}");
        check("p{background:u@charset;rl(//outside.example)}", "p{background:u rl(//outside.example)}");
        check("p{background:u@import 'x';rl(//outside.example)}", "p{background:u rl(//outside.example)}");
        check("p{content:'https://outside.example'}", "p{content:\"\"}");
        check("p{background:src('//outside.example')}", "p{background:src(\"data:,\")}");
        check(
            "p{behavior:url(x);width:expression(alert(1))}",
            "p{left-out:url(\"data:,\");width:left-out(alert(1))}",
        );
        check("<!-- p{}</style><script>", " !-- p{} /style> script>");
        check("p{content:'</style>'}", "p{content:\"\\3c /style>\"}");
    }

    proptest::proptest! {
        #[test]
        fn what_was_rewritten_needs_no_rewriting(css in ".{0,60}", wild in r#"[@importul("'\\;)/*<{} é\n72]{0,60}(https://outside.example)?.{0,9}"#) {
            for css in [css, wild] {
                let none = |_: &str| None;
                let once = rewrite(&css, &none);
                proptest::prop_assert!(!once.contains('<'));
                proptest::prop_assert_eq!(rewrite(&once, &none), once);
            }
        }
    }
}
