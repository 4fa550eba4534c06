Option Explicit

Private WithEvents watched As Application

Private Sub Workbook_Open()
    Dim book As Workbook
    Set watched = Application
    DescribeWhileShown
    For Each book In Application.Workbooks
        Relink book
    Next book
End Sub

Private Sub watched_WorkbookOpen(ByVal Wb As Workbook)
    Relink Wb
End Sub

' Excel describes no macro of a hidden workbook, and an add-in is one.
Private Sub DescribeWhileShown()
    Dim updating As Boolean
    updating = Application.ScreenUpdating
    On Error Resume Next
    Application.ScreenUpdating = False
    ThisWorkbook.IsAddin = False
    XlcrmDescribe
    ThisWorkbook.IsAddin = True
    ThisWorkbook.Saved = True
    Application.ScreenUpdating = updating
End Sub

' Excel keeps an add-in's folder in the formulas that use it. A book that was saved with the add-in
' elsewhere is led to this one; it counts as unchanged after it.
Private Sub Relink(ByVal book As Workbook)
    Dim links As Variant, link As Variant, unchanged As Boolean, alerts As Boolean
    On Error Resume Next
    If book Is ThisWorkbook Then Exit Sub
    links = book.LinkSources(xlExcelLinks)
    If Not IsArray(links) Then Exit Sub
    unchanged = book.Saved
    alerts = Application.DisplayAlerts
    Application.DisplayAlerts = False
    For Each link In links
        If LeadsElsewhere(link & "") Then
            book.ChangeLink link & "", ThisWorkbook.FullName, xlLinkTypeExcelLinks
        End If
    Next link
    Application.DisplayAlerts = alerts
    If unchanged Then book.Saved = True
End Sub

Private Function LeadsElsewhere(ByVal link As String) As Boolean
    Dim file As String
    file = Mid$(link, InStrRev(Replace(link, "/", "\"), "\") + 1)
    If StrComp(file, ThisWorkbook.Name, vbTextCompare) = 0 Then
        LeadsElsewhere = StrComp(link, ThisWorkbook.FullName, vbTextCompare) <> 0
    End If
End Function
