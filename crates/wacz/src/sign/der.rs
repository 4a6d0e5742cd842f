//! As much of DER as time-stamps need: one value after the other, nothing copied, nothing believed.

/// What stands in front of a value.
pub(super) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const OCTETS: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const UTF8: u8 = 0x0c;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;
    /// `[number]`, holding other values.
    pub(crate) const fn context(number: u8) -> u8 {
        0xa0 | number
    }
}

/// Where reading stopped: `what` was wanted and did not stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotDer {
    pub(super) what: &'static str,
}

/// Values that follow each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values<'a> {
    rest: &'a [u8],
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'a> {
    pub(super) tag: u8,
    /// Without tag and length.
    pub(super) content: &'a [u8],
    /// With them.
    pub(super) whole: &'a [u8],
}

impl<'a> Values<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Values<'a> {
        Values { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next value, which must have this tag.
    pub(super) fn want(&mut self, tag: u8, what: &'static str) -> Result<Value<'a>, NotDer> {
        self.want_if(tag)?.ok_or(NotDer { what })
    }

    /// The values within the next one.
    pub(super) fn within(&mut self, tag: u8, what: &'static str) -> Result<Values<'a>, NotDer> {
        self.want(tag, what).map(Value::values)
    }

    /// The next value, if it has this tag.
    pub(super) fn want_if(&mut self, tag: u8) -> Result<Option<Value<'a>>, NotDer> {
        match self.rest.first() {
            Some(first) if *first == tag => self.any().map(Some),
            _ => Ok(None),
        }
    }

    pub(super) fn any(&mut self) -> Result<Value<'a>, NotDer> {
        let (value, rest) = split(self.rest).ok_or(NotDer { what: "a whole value" })?;
        self.rest = rest;
        Ok(value)
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = Result<Value<'a>, NotDer>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_empty() {
            return None;
        }
        let value = self.any();
        if value.is_err() {
            self.rest = &[];
        }
        Some(value)
    }
}

impl<'a> Value<'a> {
    pub(super) fn values(self) -> Values<'a> {
        Values::of(self.content)
    }

    /// A number that is not negative, if it fits.
    pub(super) fn number(self) -> Option<u64> {
        let negative = self.content.first()? & 0x80 != 0;
        let digits = &self.content[self.content.iter().take_while(|byte| **byte == 0).count()..];
        let fits = !negative && digits.len() <= 8;
        fits.then(|| digits.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }
}

/// Lengths are definite and at most four bytes long: DER knows no other, and nothing here is larger.
fn split(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let (tag, first) = (*bytes.first()?, *bytes.get(1)?);
    let (start, length) = match first {
        0..=0x7f => (2, usize::from(first)),
        0x81..=0x84 => {
            let start = 2 + usize::from(first & 0x7f);
            let digits = bytes.get(2..start)?;
            (start, digits.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
        }
        _ => return None,
    };
    // The tags of several bytes occur nowhere here.
    let end = start.checked_add(length).filter(|end| *end <= bytes.len() && tag & 0x1f != 0x1f)?;
    let (whole, rest) = bytes.split_at(end);
    Some((Value { tag, content: &whole[start..], whole }, rest))
}

/// A value as it is written.
pub(super) fn write(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let digits: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        out.push(0x80 | digits.len() as u8);
        out.extend(digits);
    }
    out.extend(content);
    out
}

/// The number of these bytes, which is not negative.
pub(super) fn write_number(bytes: &[u8]) -> Vec<u8> {
    let digits = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
    let sign = digits.first().is_none_or(|byte| byte & 0x80 != 0);
    let content: Vec<u8> = sign.then_some(0).into_iter().chain(digits.iter().copied()).collect();
    write(tag::INTEGER, &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for length in [0, 1, 127, 128, 255, 256, 70_000] {
            let content = vec![7; length];
            let written = write(tag::OCTETS, &content);
            let mut values = Values::of(&written);
            let value = values.want(tag::OCTETS, "octets").unwrap();
            assert_eq!((value.content, value.whole, values.is_empty()), (&content[..], &written[..], true));
        }
        for (bytes, number) in [(&[][..], 0), (&[0, 0, 5], 5), (&[0xff], 255), (&[1, 0], 256)] {
            let written = write_number(bytes);
            assert_eq!(Values::of(&written).any().unwrap().number(), Some(number), "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_der_is_refused() {
        for bytes in [&[][..], &[4], &[4, 2, 0], &[4, 0x80, 0, 0], &[4, 0x85, 0, 0, 0, 0, 0], &[0x1f, 0]] {
            assert!(Values::of(bytes).any().is_err(), "{bytes:?}");
        }
        assert_eq!(Value { tag: tag::INTEGER, content: &[0x80], whole: &[] }.number(), None);
    }
}
