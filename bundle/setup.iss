; The set-up program for Windows, made by bundle/archives.py with Inno Setup 6.
; Installs for the user who starts it; no administrator is needed.
[Setup]
AppId={{6F7C1F0B-6E0D-4B43-9D8A-9B5A2C3C6E51}
AppName=yamnet_gui
AppVersion={#Version}
AppPublisher=The yamnet_gui developers
DefaultDirName={autopf}\yamnet_gui
DefaultGroupName=yamnet_gui
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
LicenseFile={#Source}\LICENSE.txt
OutputBaseFilename={#Name}
Compression=lzma2/max
SolidCompression=yes
ChangesAssociations=yes
UninstallDisplayIcon={app}\yamnet-gui-window.exe
WizardStyle=modern

[Tasks]
Name: desktopicon; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[Files]
Source: "{#Source}\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{autoprograms}\yamnet_gui"; Filename: "{app}\yamnet-gui-window.exe"
Name: "{autodesktop}\yamnet_gui"; Filename: "{app}\yamnet-gui-window.exe"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\.yamnet"; ValueType: string; ValueData: "yamnet_gui.Project"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\yamnet_gui.Project"; ValueType: string; ValueData: "yamnet_gui project"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\yamnet_gui.Project\shell\open\command"; ValueType: string; ValueData: """{app}\yamnet-gui-window.exe"" ""%1"""

[Run]
Filename: "{app}\yamnet-gui-window.exe"; Description: "{cm:LaunchProgram,yamnet_gui}"; Flags: nowait postinstall skipifsilent
