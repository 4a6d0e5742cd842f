//! Pictures to send.

use std::io::Write;

/// A picture of one colour, as a program writes it that we do not know.
pub fn drawing(width: u32, height: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8], data: &[u8]| {
        png.extend((data.len() as u32).to_be_bytes());
        let mut sum = flate2::Crc::new();
        for part in [kind, data] {
            png.extend(part);
            sum.update(part);
        }
        png.extend(sum.sum().to_be_bytes());
    };
    let mut header: Vec<u8> = [width, height].iter().flat_map(|side| side.to_be_bytes()).collect();
    header.extend([8, 2, 0, 0, 0]);
    chunk(b"IHDR", &header);
    chunk(b"tEXt", b"Author\0Somebody at the old lamp");
    let mut rows = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    let row: Vec<u8> = std::iter::once(0).chain((0..width).flat_map(|_| [20, 80, 140])).collect();
    (0..height).for_each(|_| rows.write_all(&row).unwrap());
    chunk(b"IDAT", &rows.finish().unwrap());
    chunk(b"IEND", b"");
    png
}
