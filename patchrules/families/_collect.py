"""Commands that write down what a host has and what its mirrors offer: facts of package managers.

None changes anything on the host. A script that holds them sets ``$HOST`` (the host's name), ``$FAMILY`` (ours) and
``$CATALOG`` (a folder for what could be installed).
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COMMANDS", "QUERIES", "Command"]


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its text, where its output goes, and what that is good for.

    ``file`` is a name in the host's own folder, or ``host.csv`` for a row of a hosts file; a command without a file
    fills ``$CATALOG`` itself. ``shell`` is ``sh`` or ``powershell``.
    """

    text: str
    file: str | None
    why: str
    shell: str = "sh"


_NAME = Command("uname -n", "hostname", "what the host is called")
_OS_RELEASE = Command("cat /etc/os-release", "os-release", "which system and version it is")
_NOW = '"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'
_BOOT = '"$(date -u -d "@$(awk \'/^btime/ {print $2}\' /proc/stat)" +%Y-%m-%dT%H:%M:%SZ)"'


def _linux_host(arch: str) -> Command:
    """Return the command for the facts that packages do not tell."""
    head = "host,family,arch,boot_time,captured_at"
    text = f'printf \'{head}\\n%s,%s,%s,%s,%s\\n\' "$HOST" "$FAMILY" "$({arch})" {_BOOT} {_NOW}'
    return Command(text, "host.csv", "architecture, boot time, and when this was collected")


def _repodata(*caches: str) -> Command:
    """Return the command that copies the metadata a package manager keeps of its repositories."""
    text = (
        f"find {' '.join(caches)} -type d -name repodata 2>/dev/null | while read -r folder; do\n"
        '  to="$CATALOG/$(basename "$(dirname "$folder")")"; mkdir -p "$to"; cp -r "$folder" "$to/"\n'
        "done"
    )
    return Command(text, None, "what repositories offer, as it was last fetched; `makecache` fetches it anew")


_RPM = (
    _NAME,
    _OS_RELEASE,
    _linux_host("uname -m"),
    Command(
        r"rpm -qa --qf '%{NAME}\t%{EPOCHNUM}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{INSTALLTIME}\t%{BUILDTIME}\n'",
        "packages.tsv",
        "packages with epoch, architecture, install time and build; rpm before 4.13 wants EPOCH, not EPOCHNUM",
    ),
)
_APT = (
    _NAME,
    _OS_RELEASE,
    _linux_host("dpkg --print-architecture"),
    Command(
        r"dpkg-query -W -f='${Package}\t${Version}\t${Architecture}\t${Status}\t${Priority}\t${Section}"
        r"\t${db-fsys:Last-Modified}\n'",
        "packages.tsv",
        "packages with architecture, status, priority, section and install time",
    ),
    Command(
        "for list in /var/lib/apt/lists/*_InRelease /var/lib/apt/lists/*_Release /var/lib/apt/lists/*_Packages*; do\n"
        '  [ ! -f "$list" ] || /usr/lib/apt/apt-helper cat-file "$list" > "$CATALOG/$(basename "$list" .lz4)"\n'
        "done",
        None,
        "what archives offer, as it was last fetched; `apt-get update` fetches it anew",
    ),
    Command(
        'if [ "$FAMILY" != raspbian ] && ! ls "$CATALOG"/*security*_Packages* >/dev/null 2>&1; then\n'
        '  echo "warning: apt has no list of a security archive: what only security approves is nothing" >&2\n'
        "fi",
        None,
        "whether the list of a security archive is among them; Raspbian has no such archive",
    ),
)
_MACOS = (
    _NAME,
    Command(
        "printf 'host,family,arch,platform,platform_version,boot_time,captured_at\\n%s,%s,%s,macOS,%s,%s,%s\\n' \\\n"
        '  "$HOST" "$FAMILY" "$(uname -m)" "$(sw_vers -productVersion)" \\\n'
        '  "$(date -u -r "$(sysctl -n kern.boottime | sed \'s/[^0-9]*\\([0-9]*\\).*/\\1/\')" +%Y-%m-%dT%H:%M:%SZ)" \\\n'
        f"  {_NOW}",
        "host.csv",
        "version, architecture, boot time, and when this was collected",
    ),
    Command("system_profiler SPInstallHistoryDataType -json", "installs.json", "what was installed, and when"),
    Command('softwareupdate -l > "$CATALOG/softwareupdate.txt" 2>&1', None, "what Apple offers this host"),
)
_WINDOWS = (
    Command("$Host_", "hostname", "what the host is called", "powershell"),
    Command(
        "$os = Get-CimInstance Win32_OperatingSystem\n"
        "$at = Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion'\n"
        "$utc = { param($t) $t.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ') }\n"
        "[pscustomobject]@{\n"
        "  host = $Host_; family = $Family; platform = $os.Caption; arch = $env:PROCESSOR_ARCHITECTURE.ToLower()\n"
        '  os_build = "$($os.Version).$($at.UBR)"; boot_time = & $utc $os.LastBootUpTime; '
        "captured_at = & $utc (Get-Date)\n"
        "} | ConvertTo-Csv -NoTypeInformation",
        "host.csv",
        "edition, build with its revision, architecture, boot time, and when this was collected",
        "powershell",
    ),
    Command(
        "Get-HotFix | Select-Object HotFixID, Description, InstalledOn | ConvertTo-Json",
        "hotfixes.json",
        "installed updates of Windows itself, with their days",
        "powershell",
    ),
    Command(
        "if (Get-Command Get-WsusUpdate -ErrorAction SilentlyContinue) {\n"
        "  Get-WsusUpdate -Approval AnyExceptDeclined | ForEach-Object { $_.Update } | Select-Object Title,\n"
        "    @{ n = 'KnowledgebaseArticles'; e = { $_.KnowledgebaseArticles -join ';' } }, MsrcSeverity,\n"
        "    UpdateClassificationTitle, @{ n = 'ProductTitles'; e = { $_.ProductTitles -join ';' } },\n"
        "    @{ n = 'CreationDate'; e = { $_.CreationDate.ToString('s') } } |\n"
        '    Export-Csv -NoTypeInformation -Encoding UTF8 "$Catalog/wsus.csv"\n'
        "}",
        None,
        "what a WSUS server offers; without one, Microsoft's lists are at api.msrc.microsoft.com/cvrf/v3.0",
        "powershell",
    ),
)

COMMANDS = {
    "dnf": (*_RPM, _repodata("/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum")),
    "yum": (*_RPM, _repodata("/var/cache/yum", "/var/cache/dnf")),
    "zypper": (*_RPM, _repodata("/var/cache/zypp/raw")),
    "apt": _APT,
    "softwareupdate": _MACOS,
    "wua": _WINDOWS,
}
"""By package manager (``Facts.manager``), what to run on a host, in this order."""

_HOST = {"os_version": "SELECT * FROM os_version;", "uptime": "SELECT * FROM uptime;"}
_RPM_QUERY = {"rpm_packages": "SELECT name, epoch, version, release, arch, install_time FROM rpm_packages;"}

QUERIES = {
    "dnf": _RPM_QUERY | _HOST,
    "yum": _RPM_QUERY | _HOST,
    "zypper": _RPM_QUERY | _HOST,
    "apt": {"deb_packages": "SELECT name, version, arch, status, priority, section FROM deb_packages;"} | _HOST,
    "wua": {"patches": "SELECT hotfix_id, installed_on FROM patches;"} | _HOST,
    "softwareupdate": _HOST,
}
"""By package manager, what to ask osquery, by the name of the query."""
