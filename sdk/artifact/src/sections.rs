//! The outermost sections of a component, with the exact place of each: signing is about bytes, and a parser that hands out
//! meaning does not say where a section's header began. Inner modules and components are skipped whole by their length, so
//! nothing inside them can pass for a section of the artifact.

/// `\0asm`, version 13, layer 1: a component.
const COMPONENT: [u8; 8] = [0, b'a', b's', b'm', 13, 0, 1, 0];
const CUSTOM: u8 = 0;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Section<'a> {
    /// Where its header begins, and where the next section's does.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Name and data; none when it is not a custom section.
    pub(crate) custom: Option<(&'a [u8], &'a [u8])>,
}

/// All of them, or what is wrong with the file.
pub(crate) fn outermost(bytes: &[u8]) -> Result<Vec<Section<'_>>, &'static str> {
    if !bytes.starts_with(&COMPONENT) {
        return Err(match bytes.get(..8) {
            Some([0, b'a', b's', b'm', _, _, 0, 0]) => "it is a core module",
            _ => "it does not begin as one",
        });
    }
    let mut sections = Vec::new();
    let mut at = COMPONENT.len();
    while let Some(&id) = bytes.get(at) {
        let start = at;
        at += 1;
        let length = length(bytes, &mut at).ok_or("the length of a section cannot be read")?;
        let end = at.checked_add(length).filter(|end| *end <= bytes.len()).ok_or("it ends inside a section")?;
        let body = bytes.get(at..end).unwrap_or_default();
        let custom = match id {
            CUSTOM => Some(named(body).ok_or("the name of a custom section cannot be read")?),
            _ => None,
        };
        sections.push(Section { start, end, custom });
        at = end;
    }
    Ok(sections)
}

/// A custom section in the one spelling that is accepted of a signature.
pub(crate) fn custom(name: &str, data: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    write_length(&mut body, name.len());
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(data);
    let mut section = vec![CUSTOM];
    write_length(&mut section, body.len());
    section.extend(body);
    section
}

fn named(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut at = 0;
    let length = length(body, &mut at)?;
    let (name, data) = body.get(at..)?.split_at_checked(length)?;
    std::str::from_utf8(name).ok()?;
    Some((name, data))
}

/// An unsigned 32-bit LEB128.
fn length(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let mut value = 0_u32;
    for shift in (0..).step_by(7).take(5) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        let low = u32::from(byte & 0x7f);
        value |= low.checked_shl(shift).filter(|shifted| shifted >> shift == low)?;
        if byte & 0x80 == 0 {
            return usize::try_from(value).ok();
        }
    }
    None
}

fn write_length(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        out.push(if value == 0 { low } else { low | 0x80 });
        if value == 0 {
            return;
        }
    }
}
