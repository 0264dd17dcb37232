#!/usr/bin/env bash
# A workbook written by a program holds formulas that no spreadsheet has computed yet. xlsxwriter 3.3.1 puts a 0 there as
# the cached value, and both python-calamine 0.9.1 and openpyxl 3.1.5 (data_only) give that 0 as if it had been computed:
# a column of `=A2*B2` sums to nothing. openpyxl writes no cached value; calamine gives '' for it, as for an empty
# cell, and '' too for an error cell such as #REF!: three different things, one reading.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check xlsxwriter==3.3.1 openpyxl==3.1.5 python-calamine==0.9.1
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import openpyxl
import xlsxwriter
from python_calamine import CalamineWorkbook

book = xlsxwriter.Workbook("zero.xlsx")
sheet = book.add_worksheet()
sheet.write_row(0, 0, [2, 50])
sheet.write_formula(0, 2, "=A1*B1")
book.close()
book = openpyxl.Workbook()
book.active.append([2, 50, "=A1*B1"])
book.active["D1"].value = "#REF!"
book.active["D1"].data_type = "e"
book.save("nothing.xlsx")


def calamine(name):
    return CalamineWorkbook.from_path(name).get_sheet_by_index(0).to_python()


def cached(name):
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(name, data_only=True).active.iter_rows()]


seen = {name: (calamine(name), cached(name)) for name in ("zero.xlsx", "nothing.xlsx")}
print(xlsxwriter.__version__, openpyxl.__version__, seen)
assert seen["zero.xlsx"] == ([[2.0, 50.0, 0.0]], [[2, 50, 0]])
assert seen["nothing.xlsx"] == ([[2.0, 50.0, "", ""]], [[2, 50, None, "#REF!"]])
PYTHON
echo "as described"
