//! Spreadsheets: a heading and a table for each sheet. Excel's formats through calamine, CSV through csv.

use std::io::Cursor;

use calamine::{DataRef, Reader, Xls, Xlsb, Xlsx, open_workbook_from_rs};

use super::archive::Archive;
use super::write::Writer;
use super::{MOST_CELLS, text};

/// What the first bytes of the old formats are: a compound file.
const COMPOUND: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];

pub fn convert(bytes: &[u8]) -> Result<String, String> {
    let mut writer = Writer::default();
    let mut left = MOST_CELLS;
    if bytes.starts_with(COMPOUND) {
        let mut book: Xls<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(damaged)?;
        for name in book.sheet_names() {
            let range = book.worksheet_range(&name).map_err(damaged)?;
            let mut table = Table::new(&mut left);
            let origin = range.start().unwrap_or_default();
            for (row, column, value) in range.used_cells() {
                table.put(origin.0 as usize + row, origin.1 as usize + column, value.to_string())?;
            }
            table.write(&name, &mut writer);
        }
        return Ok(writer.finish());
    }
    // Cells are read one by one: a sheet with two cells at its far corners is no table of a billion.
    Archive::open(bytes)?.check()?;
    macro_rules! cells_of {
        ($book:expr) => {
            for name in $book.sheet_names() {
                let mut table = Table::new(&mut left);
                // A chart has no cells.
                let Ok(mut cells) = $book.worksheet_cells_reader(&name) else { continue };
                while let Some(cell) = cells.next_cell().map_err(damaged)? {
                    let (row, column) = cell.get_position();
                    table.put(row as usize, column as usize, shown(cell.get_value()))?;
                }
                table.write(&name, &mut writer);
            }
        };
    }
    // Two types of calamine's with the same methods and no trait for them.
    if let Ok(mut book) = open_workbook_from_rs::<Xlsx<_>, _>(Cursor::new(bytes)) {
        cells_of!(book);
    } else {
        let mut book: Xlsb<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(damaged)?;
        cells_of!(book);
    }
    Ok(writer.finish())
}

pub fn convert_csv(bytes: &[u8]) -> Result<String, String> {
    let text = text(bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut left = MOST_CELLS;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| format!("damaged: {error}"))?;
        left = left.checked_sub(record.len()).ok_or_else(too_many)?;
        rows.push(record.iter().map(str::to_owned).collect());
    }
    let mut writer = Writer::default();
    writer.table(&rows);
    Ok(writer.finish())
}

fn shown(value: &DataRef<'_>) -> String {
    calamine::Data::from(value.clone()).to_string()
}

/// A sheet that grows as its cells come.
struct Table<'l> {
    rows: Vec<Vec<String>>,
    left: &'l mut usize,
}

impl<'l> Table<'l> {
    fn new(left: &'l mut usize) -> Self {
        Self { rows: Vec::new(), left }
    }

    fn put(&mut self, row: usize, column: usize, value: String) -> Result<(), String> {
        if value.is_empty() {
            return Ok(());
        }
        // Empty cells before this one count, too: they are written. A row costs a little by itself.
        let rows = (row + 1).saturating_sub(self.rows.len());
        let cells = (column + 1).saturating_sub(self.rows.get(row).map_or(0, Vec::len));
        *self.left = self.left.checked_sub(rows.saturating_add(cells)).ok_or_else(too_many)?;
        self.rows.resize_with(self.rows.len().max(row + 1), Vec::new);
        let cells = &mut self.rows[row];
        cells.resize(cells.len().max(column + 1), String::new());
        cells[column] = value;
        Ok(())
    }

    fn write(self, name: &str, writer: &mut Writer) {
        writer.heading(2, name);
        writer.table(&self.rows);
    }
}

fn too_many() -> String {
    format!("has more than {MOST_CELLS} cells")
}

fn damaged(error: impl std::fmt::Display) -> String {
    let text = error.to_string();
    if text.to_lowercase().contains("password") {
        "the document is encrypted".to_owned()
    } else {
        format!("damaged: {text}")
    }
}
