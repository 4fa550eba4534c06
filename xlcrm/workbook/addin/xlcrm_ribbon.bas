Attribute VB_Name = "xlcrm_ribbon"
Option Explicit

' The buttons of the ribbon tab xlcrm. Nothing is written into the user's book.

Private Const TITLE As String = "xlcrm"
Private Const NO_CELL As String = "Select a cell of a worksheet first."
Private Const LONGEST As Long = 900

Public Sub XlcrmOnRefresh(control As IRibbonControl)
    XlcrmRefresh
End Sub

Public Sub XlcrmOnWhy(control As IRibbonControl)
    Dim cell As Range
    Set cell = SelectedCell()
    If cell Is Nothing Then
        MsgBox NO_CELL, vbInformation, TITLE
    Else
        MsgBox Reason(cell), vbInformation, TITLE & " - " & cell.Address(False, False)
    End If
End Sub

Public Sub XlcrmOnExplain(control As IRibbonControl)
    Dim cell As Range, answer As Variant, shown As String
    Set cell = SelectedCell()
    If cell Is Nothing Then
        MsgBox NO_CELL, vbInformation, TITLE
        Exit Sub
    End If
    answer = CRM_EXPLAIN(cell)
    If IsArray(answer) Then
        shown = FirstRows(answer) & vbLf & "All of it: enter =CRM_EXPLAIN(" & _
            cell.Address(False, False) & ") in a free cell."
    Else
        shown = Reason(cell)
    End If
    MsgBox shown, vbInformation, TITLE & " - " & cell.Address(False, False)
End Sub

Public Sub XlcrmOnFunctions(control As IRibbonControl)
    If SelectedCell() Is Nothing Then
        MsgBox NO_CELL, vbInformation, TITLE
        Exit Sub
    End If
    On Error Resume Next
    Application.Dialogs(xlDialogFunctionWizard).Show
    If Err.Number <> 0 Then
        MsgBox "Excel cannot show its functions now: " & Err.Description, vbInformation, TITLE
    End If
End Sub

' Nothing where a chart is shown, or no book at all.
Private Function SelectedCell() As Range
    On Error Resume Next
    Set SelectedCell = ActiveCell
End Function

Private Function Reason(ByVal cell As Range) As String
    Dim answer As Variant
    answer = CRM_ERROR(cell)
    Reason = "This cell has no CRM function."
    If IsArray(answer) Then answer = FirstItem(answer)
    If IsError(answer) Then Exit Function
    Reason = Left$(answer & "", LONGEST)
    If Len(Reason) = 0 Then Reason = "There is no error in this cell."
End Function

Private Function FirstItem(ByRef answer As Variant) As Variant
    Dim item As Variant
    For Each item In answer
        FirstItem = item
        Exit Function
    Next item
End Function

' The header row says item and value; each row behind it becomes a line.
Private Function FirstRows(ByRef answer As Variant) As String
    Dim r As Long, row As String
    On Error GoTo Flat
    For r = LBound(answer, 1) + 1 To UBound(answer, 1)
        row = Word(answer(r, LBound(answer, 2))) & ": " & Word(answer(r, LBound(answer, 2) + 1)) & vbLf
        If Len(FirstRows) + Len(row) > LONGEST Then
            FirstRows = FirstRows & "..." & vbLf
            Exit Function
        End If
        FirstRows = FirstRows & row
    Next r
    Exit Function
Flat:
    FirstRows = Left$(Word(FirstItem(answer)), LONGEST) & vbLf
End Function

Private Function Word(ByVal item As Variant) As String
    Word = "(error)"
    If Not IsError(item) Then Word = item & ""
End Function
