Attribute VB_Name = "xlcrm_help"
Option Explicit
Option Private Module

' Describes the functions of xlcrm in the function wizard, generated from its catalogue: change that,
' not this module. The book counts as unchanged after it.
Public Sub XlcrmDescribe()
    Dim unchanged As Boolean
    unchanged = ThisWorkbook.Saved
{calls}
    If unchanged Then ThisWorkbook.Saved = True
End Sub

Private Sub Describe(ByVal macro As String, ByVal group As String, _
    ByVal summary As String, ByVal helps As Variant)
    On Error Resume Next
    macro = "'" & Replace(ThisWorkbook.Name, "'", "''") & "'!" & macro
    If UBound(helps) < 0 Then
        Application.MacroOptions Macro:=macro, Description:=summary, Category:=group
    Else
        Application.MacroOptions Macro:=macro, Description:=summary, Category:=group, _
            ArgumentDescriptions:=helps
    End If
End Sub

{groups}
