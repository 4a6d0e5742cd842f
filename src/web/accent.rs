//! The publication's own colour, for links and buttons: darkened on white paper and lightened on dark until it can be read.

/// Relative luminances (WCAG 2.2) of the brightest and darkest grounds that stand under links: the paper, a wash, a warning.
const LIGHT_GROUNDS: [u32; 3] = [0xffffff, 0xf4f6f8, 0xfdf4e5];
const DARK_GROUNDS: [u32; 3] = [0x121417, 0x1a1e22, 0x261f15];
/// WCAG AA asks for 4.5.
const CONTRAST: f64 = 4.7;

/// `0b4f8a`, from what a person typed; `None` if that is no such colour.
pub(super) fn hex(typed: &str) -> Option<u32> {
    let digits = typed.trim().trim_start_matches('#');
    let is_hex = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex.then(|| u32::from_str_radix(digits, 16).ok())?
}

/// What stands behind the stylesheet.
pub(super) fn rules(colour: u32) -> String {
    let (light, dark) = (readable(colour, &LIGHT_GROUNDS, 0.0), readable(colour, &DARK_GROUNDS, 1.0));
    format!(
        "\n@media screen {{ :root {{ --link: #{light:06x} }} }}\n\
         @media screen and (prefers-color-scheme: dark) {{ :root {{ --link: #{dark:06x} }} }}\n"
    )
}

/// The colour itself, or as little nearer to black or white as can be read on every ground.
fn readable(colour: u32, grounds: &[u32], towards: f64) -> u32 {
    let mut steps = (0..=50).map(|n| mixed(colour, towards, f64::from(n) / 50.0));
    let reads = |colour: &u32| grounds.iter().all(|ground| contrast(*colour, *ground) >= CONTRAST);
    steps.find(reads).unwrap_or(if towards > 0.5 { 0xffffff } else { 0 })
}

fn channels(colour: u32) -> [f64; 3] {
    [16, 8, 0].map(|shift| f64::from(colour >> shift & 0xff) / 255.0)
}

fn mixed(colour: u32, towards: f64, how_far: f64) -> u32 {
    let mixed = channels(colour).map(|c| ((c + (towards - c) * how_far) * 255.0).round() as u32);
    mixed[0] << 16 | mixed[1] << 8 | mixed[2]
}

fn luminance(colour: u32) -> f64 {
    let [r, g, b] = channels(colour).map(|c| match c <= 0.04045 {
        true => c / 12.92,
        false => ((c + 0.055) / 1.055).powf(2.4),
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: u32, b: u32) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_can_be_read_on_every_ground() {
        for colour in (0..0x1000000).step_by(4093) {
            let (light, dark) = (readable(colour, &LIGHT_GROUNDS, 0.0), readable(colour, &DARK_GROUNDS, 1.0));
            for (shade, grounds) in [(light, LIGHT_GROUNDS), (dark, DARK_GROUNDS)] {
                assert!(grounds.iter().all(|ground| contrast(shade, *ground) >= CONTRAST), "{colour:06x}");
            }
        }
        assert_eq!(readable(0x0b4f8a, &LIGHT_GROUNDS, 0.0), 0x0b4f8a, "one that can be read stays");
    }

    #[test]
    fn colours_are_read_as_people_write_them() {
        let check = |typed, expected| assert_eq!(hex(typed), expected, "{typed}");
        check("#0B4F8A", Some(0x0b4f8a));
        check(" 0b4f8a ", Some(0x0b4f8a));
        check("red", None);
        check("#0b4f8a; }", None);
        check("#+12345", None);
        check("", None);
    }
}
