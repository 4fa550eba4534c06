Attribute VB_Name = "xlcrm"
Option Explicit

' The worksheet functions of xlcrm, generated from its catalogue: change that, not this module.
' Every function hands its arguments to Python over xlwings' COM server and returns its answer.

#If Win64 Then
    Private Const SERVER_DLL As String = "xlwings64-{version}.dll"
    Private Declare PtrSafe Function XLPyDLLActivateAuto Lib "xlwings64-{version}.dll" _
        (ByRef activated As Variant, ByVal config As String, ByVal mode As Long) As Long
#Else
    Private Const SERVER_DLL As String = "xlwings32-{version}.dll"
    Private Declare PtrSafe Function XLPyDLLActivateAuto Lib "xlwings32-{version}.dll" _
        (ByRef activated As Variant, ByVal config As String, ByVal mode As Long) As Long
#End If
Private Declare PtrSafe Function LoadLibraryW Lib "kernel32" (ByVal path As LongPtr) As LongPtr

' The command names no workbook, so every book of this Excel shares one server, also after Save As.
' -P keeps the folder that Excel happens to stand in off Python's search path.
Private Const SERVE As String = " -P -B -c ""import xlwings; xlwings.serve('$(CLSID)')"""

' What Python answers first where it no longer knows a handle, or a cell that is asked about.
Private Const LOST_MARK As Long = 1

Private server As Object
Private failure As String
Private retryFrom As Date
Private healing As Range
Private refreshing As Boolean

{functions}

' For the button Refresh: reads every Table of the book again, and tries a failed start again.
Public Sub XlcrmRefresh()
    Dim sheet As Worksheet
    failure = ""
    refreshing = True
    On Error GoTo Done
    For Each sheet In ActiveWorkbook.Worksheets
        MarkTables sheet.UsedRange
    Next sheet
    Application.Calculate
Done:
    refreshing = False
End Sub

Private Sub MarkTables(ByVal area As Range)
    Dim found As Range, first As String
    Set found = area.Find("CRM_TABLE(", LookIn:=xlFormulas, LookAt:=xlPart)
    If found Is Nothing Then Exit Sub
    first = found.Address
    Do
        found.Dirty
        Set found = area.FindNext(found)
    Loop Until found.Address = first
End Sub

' Kinds has a letter for each argument: t a table, c a cell, v its values.
Private Function XlcrmAnswer(ByVal asked As String, ByVal kinds As String, ParamArray given() As Variant) As Variant
    Dim sent() As Variant, answer As Variant, early As Variant, n As Long
    On Error GoTo Failed
    ReDim sent(0 To UBound(given) + 1)
    sent(0) = CallerPlace()
    For n = 0 To UBound(given)
        sent(n + 1) = Crossing(Mid$(kinds, n + 1, 1), early, given(n))
        If Not IsEmpty(early) Then
            XlcrmAnswer = early
            Exit Function
        End If
    Next n
    answer = Served(asked, sent)
    If IsLost(answer) Then
        For n = 0 To UBound(given)
            If IsObject(given(n)) Then Heal given(n), Mid$(kinds, n + 1, 1), answer
        Next n
        answer = Served(asked, sent)
        If IsLost(answer) Then answer = CVErr(xlErrNA)
    End If
    MarkErrors answer
    XlcrmAnswer = answer
    Exit Function
Failed:
    XlcrmAnswer = CVErr(xlErrValue)
End Function

' Gives an argument as it crosses to Python, or in early what the function leaves with at once: a
' precedent is not calculated yet and Excel calls again, or the Table waits for Refresh.
Private Function Crossing(ByVal kind As String, ByRef early As Variant, _
    Optional ByRef given As Variant) As Variant
    Dim area As Range, used As Range, content As Variant
    If Not IsObject(given) Then
        If IsArray(given) And kind = "c" Then Err.Raise 13
        Crossing = given
        If IsArray(given) And kind = "t" Then Crossing = Array(given, "", "", 1&, 1&, Date1904OfCaller())
        Exit Function
    End If
    Set area = given
    If area.Areas.Count > 1 Then Err.Raise 13
    If kind = "c" Then
        Set used = AnchorOf(area.Cells(1, 1))
        Crossing = Array(used.Worksheet.Parent.Name, used.Worksheet.Name, used.Address(False, False), _
            used.HasFormula)
    ElseIf kind = "t" And KeepsHandle(area) Then
        early = Application.Caller.Value2
    Else
        Set used = UsedPart(area, kind = "t")
        content = used.Value2
        If IsWaiting(used, content) Then
            early = CVErr(xlErrNA)
        ElseIf kind = "t" Then
            Crossing = Array(content, NameOf(area), area.Worksheet.Name, _
                used.Row, used.Column, area.Worksheet.Parent.Date1904)
        Else
            Crossing = content
        End If
    End If
End Function

' While a cell is healed, its formula is evaluated for another that asks: the place is the cell's.
Private Function CallerPlace() As Variant
    CallerPlace = Array("", "", "")
    If Not healing Is Nothing Then
        CallerPlace = PlaceOf(healing)
    ElseIf IsObject(Application.Caller) Then
        If TypeOf Application.Caller Is Range Then CallerPlace = PlaceOf(Application.Caller.Cells(1, 1))
    End If
End Function

Private Function Date1904OfCaller() As Boolean
    Date1904OfCaller = ThisWorkbook.Date1904
    If IsObject(Application.Caller) Then
        If TypeOf Application.Caller Is Range Then Date1904OfCaller = Application.Caller.Worksheet.Parent.Date1904
    End If
End Function

' With the setting live = refresh, a Table that has a handle is left unread until Refresh.
Private Function KeepsHandle(ByVal area As Range) As Boolean
    Dim shown As Variant
    If refreshing Or Not healing Is Nothing Then Exit Function
    If Not IsObject(Application.Caller) Then Exit Function
    If IsLive(area.Worksheet.Parent) Then Exit Function
    shown = Application.Caller.Value2
    If VarType(shown) = vbString Then KeepsHandle = InStr(shown, " #") > 0
End Function

Private Function IsLive(ByVal book As Workbook) As Boolean
    Dim sheet As Worksheet, settings As ListObject, content As Variant, r As Long
    IsLive = True
    For Each sheet In book.Worksheets
        For Each settings In sheet.ListObjects
            If settings.Name = "Settings" Then
                content = settings.Range.Value2
                For r = 2 To UBound(content, 1)
                    If LCase$(Trim$(content(r, 1) & "")) = "live" Then
                        IsLive = LCase$(Trim$(content(r, 2) & "")) <> "refresh"
                    End If
                Next r
                Exit Function
            End If
        Next settings
    Next sheet
End Function

Private Function IsLost(ByRef answer As Variant) As Boolean
    If Not IsArray(answer) Then Exit Function
    If Not IsFlat(answer) Then Exit Function
    If VarType(answer(LBound(answer))) = vbLong Then IsLost = (answer(LBound(answer)) = LOST_MARK)
End Function

' A handle that Python no longer knows, after a restart say, is had again from the cell that shows it;
' a cell that is asked about and not known yet is evaluated once.
Private Sub Heal(ByVal area As Range, ByVal kind As String, ByRef missed As Variant)
    Dim cell As Range, shown As Variant, n As Long
    If kind = "t" Then Exit Sub
    If kind = "c" Then
        AskAgain AnchorOf(area.Cells(1, 1))
        Exit Sub
    End If
    For Each cell In UsedPart(area, False).Cells
        shown = cell.Value2
        If VarType(shown) = vbString Then
            For n = LBound(missed) + 1 To UBound(missed)
                If shown = missed(n) Then AskAgain cell
            Next n
        End If
    Next cell
End Sub

' The cell's own formula is evaluated for what Python keeps of it; the cell stays as it is.
Private Sub AskAgain(ByVal cell As Range)
    Dim before As Range, answer As Variant
    If InStr(1, cell.Formula, "CRM_", vbTextCompare) = 0 Then Exit Sub
    Set before = healing
    Set healing = cell
    On Error Resume Next
    answer = cell.Worksheet.Evaluate(cell.Formula)
    Set healing = before
End Sub

' The part of a range that can hold anything: what lies below or right of the used range is cut.
' Only a table or whole rows lose columns, since a blank third column of conditions has a meaning.
Private Function UsedPart(ByVal area As Range, ByVal narrow As Boolean) As Range
    Dim used As Range, tall As Long, wide As Long
    Set used = area.Worksheet.UsedRange
    tall = Least(area.Rows.Count, used.Row + used.Rows.Count - area.Row)
    wide = area.Columns.Count
    If narrow Or wide = area.Worksheet.Columns.Count Then
        wide = Least(wide, used.Column + used.Columns.Count - area.Column)
    End If
    Set UsedPart = area.Resize(tall, wide)
End Function

Private Function Least(ByVal there As Long, ByVal filled As Long) As Long
    Least = there
    If filled < there Then Least = filled
    If Least < 1 Then Least = 1
End Function

' Excel shows a formula that it has not calculated yet as an empty cell.
Private Function IsWaiting(ByVal area As Range, ByRef found As Variant) As Boolean
    Dim r As Long, c As Long
    If Not AnyFormula(area) Then Exit Function
    If Not IsArray(found) Then
        IsWaiting = IsEmpty(found)
        Exit Function
    End If
    For c = 1 To UBound(found, 2)
        If AnyFormula(area.Columns(c)) Then
            For r = 1 To UBound(found, 1)
                If IsEmpty(found(r, c)) Then
                    If area.Cells(r, c).HasFormula Then
                        IsWaiting = True
                        Exit Function
                    End If
                End If
            Next r
        End If
    Next c
End Function

Private Function AnyFormula(ByVal area As Range) As Boolean
    Dim has As Variant
    has = area.HasFormula
    AnyFormula = True
    If Not IsNull(has) Then AnyFormula = has
End Function

Private Function NameOf(ByVal area As Range) As String
    NameOf = area.Address(False, False)
    If Not area.ListObject Is Nothing Then
        If area.ListObject.Range.Address(False, False) = NameOf Then NameOf = area.ListObject.Name
    End If
End Function

Private Function PlaceOf(ByVal cell As Range) As Variant
    PlaceOf = Array(cell.Worksheet.Parent.Name, cell.Worksheet.Name, cell.Address(False, False))
End Function

' Late bound: an Excel without spills knows no HasSpill.
Private Function AnchorOf(ByVal cell As Object) As Object
    Set AnchorOf = cell
    On Error Resume Next
    If cell.HasSpill Then Set AnchorOf = cell.SpillParent
    If cell.HasArray Then Set AnchorOf = cell.CurrentArray.Cells(1, 1)
End Function

' Numbers arrive as Double; a Long is an error's COM code, whose low word is Excel's number.
Private Sub MarkErrors(ByRef answer As Variant)
    Dim r As Long, c As Long
    If Not IsArray(answer) Then
        If VarType(answer) = vbLong Then answer = CVErr(answer And 65535)
    ElseIf IsFlat(answer) Then
        For c = LBound(answer) To UBound(answer)
            If VarType(answer(c)) = vbLong Then answer(c) = CVErr(answer(c) And 65535)
        Next c
    Else
        For c = LBound(answer, 2) To UBound(answer, 2)
            For r = LBound(answer, 1) To UBound(answer, 1)
                If VarType(answer(r, c)) = vbLong Then answer(r, c) = CVErr(answer(r, c) And 65535)
            Next r
        Next c
    End If
End Sub

' xlwings hands over a single row without its second dimension.
Private Function IsFlat(ByRef answer As Variant) As Boolean
    Dim bound As Long
    On Error GoTo Flat
    bound = UBound(answer, 2)
    Exit Function
Flat:
    IsFlat = True
End Function

Private Function Served(ByVal asked As String, ByRef sent() As Variant) As Variant
    Dim again As Boolean
    On Error GoTo Lost
Once:
    If Connected() Then
        Served = server.CallUDF("{host}", asked, sent)
    ElseIf asked = "CRM_ERROR" Then
        Served = failure
    Else
        Served = CVErr(xlErrNA)
    End If
    Exit Function
Lost:
    Set server = Nothing
    Served = CVErr(xlErrValue)
    If again Then Exit Function
    again = True
    Resume Once
End Function

' A failed start is not tried again for a minute: each of the book's formulas would wait for it.
Private Function Connected() As Boolean
    Dim folder As String, command As String, activated As Variant
    If Not server Is Nothing Then
        Connected = True
        Exit Function
    End If
    If Len(failure) > 0 And Now < retryFrom Then Exit Function
    On Error GoTo Failed
    folder = Setting("dll")
    If LCase$(Right$(folder, 4)) = ".dll" Then folder = Left$(folder, InStrRev(folder, "\") - 1)
    If LoadLibraryW(StrPtr(folder & "\" & SERVER_DLL)) = 0 Then
        Err.Raise vbObjectError + 513, , SERVER_DLL & " cannot be loaded"
    End If
    command = Setting("server", False)
    If Left$(command, 1) <> "{" Then command = Chr$(34) & Setting("python") & Chr$(34) & SERVE
    If XLPyDLLActivateAuto(activated, command, 1) <> 0 Then
        Err.Raise vbObjectError + 513, , Split(activated & vbLf, vbLf)(0)
    End If
    Set server = activated
    failure = ""
    Connected = True
    Exit Function
Failed:
    failure = Left$("Python did not start (" & Err.Description, 170) & _
        "): run xlcrm setup, wait a minute, then press Ctrl+Alt+F9"
    retryFrom = Now + TimeSerial(0, 1, 0)
    Set server = Nothing
    Connected = False
End Function

' A server that xlcrm serve keeps running has its class identifier in the settings, and is joined.
Private Function Setting(ByVal wanted As String, Optional ByVal needed As Boolean = True) As String
    Dim path As String, channel As Integer, content() As Byte, entry As Variant
    path = Environ$("APPDATA") & "\xlcrm\settings.ini"
    ReDim content(0 To FileLen(path) - 1)
    channel = FreeFile
    Open path For Binary Access Read Shared As #channel
    Get #channel, , content
    Close #channel
    For Each entry In Split(Replace(StrConv(content, vbUnicode), vbCr, ""), vbLf)
        If LCase$(Left$(entry, Len(wanted) + 1)) = wanted & "=" Then
            Setting = Trim$(Mid$(entry, Len(wanted) + 2))
        End If
    Next entry
    If needed And Len(Setting) = 0 Then Err.Raise vbObjectError + 513, , "settings.ini has no " & wanted
End Function
