"""The starter roles of the centre and the field; data that the security administrator may edit."""

from shushanwei.people.models import Scope

# code, 中文, English, scope
ROLES = [
    ("commander", "指挥长", "Commander", Scope.STREET),
    ("shift_lead", "值班长", "Shift leader", Scope.STREET),
    ("seat_operator", "坐席员", "Seat operator", Scope.STREET),
    ("dispatcher", "派遣员", "Dispatcher", Scope.STREET),
    ("video_patroller", "视频巡查员", "Video patroller", Scope.STREET),
    ("evaluator", "考核员", "Evaluator", Scope.STREET),
    ("collector", "采集员", "Collector", Scope.GRID),
    ("grid_leader", "网格长", "Grid leader", Scope.COMMUNITY),
    ("grid_worker", "专职网格员", "Full-time grid worker", Scope.GRID),
    ("part_grid_worker", "兼职网格员", "Part-time grid worker", Scope.GRID),
    ("micro_grid_worker", "微网格员", "Micro-grid worker", Scope.GRID),
    ("team_member", "共治团队成员", "Co-governance team member", Scope.GRID),
    ("responder", "处置力量", "Responder", Scope.OWN),
    ("police_liaison", "派出所联络员", "Police liaison", Scope.POLICE),
    ("brigade_lead", "执法中队长", "Enforcement team leader", Scope.DEPARTMENT),
    ("enforcement_officer", "执法队员", "Enforcement officer", Scope.DEPARTMENT),
    ("dept_account", "处置部门", "Department account", Scope.DEPARTMENT),
    ("dept_handler", "处置人员", "Department handler", Scope.DEPARTMENT),
    ("mediator", "调解员", "Mediator", Scope.OWN),
    ("health_officer", "健康专员", "Health officer", Scope.COMMUNITY),
    ("merchant", "兑换商户", "Merchant", Scope.OWN),
    ("rider", "先锋骑手", "Pioneer rider", Scope.OWN),
    ("resident", "居民", "Resident", Scope.OWN),
    ("car_gateway", "车载网关", "Car gateway", Scope.NONE),
    ("sys_admin", "系统管理员", "System administrator", Scope.NONE),
    ("sec_admin", "安全管理员", "Security administrator", Scope.NONE),
    ("audit_admin", "审计管理员", "Audit administrator", Scope.NONE),
    ("leader_view", "领导驾驶舱", "Leadership cockpit", Scope.TOTALS),
]

# The kernel's own permissions; each room adds its own in `<room>/permissions.py`.
PERMISSIONS = {
    "people.manage_accounts": "create and change accounts",
    "people.grant_roles": "grant roles and change what a role allows",
    "journal.read_audit": "read the journal of all cases",
}
ROLE_PERMISSIONS = {
    "sys_admin": ["people.manage_accounts"],
    "sec_admin": ["people.grant_roles"],
    "audit_admin": ["journal.read_audit"],
}
