/** The shapes about vendor pages, until the API's document has them. */

export interface OfferedComponent {
  name: string;
  status: string;
  group_name: string | null;
  key: string;
  group_path: string[];
  description: string | null;
}
export interface Discovery {
  api_urls: string[];
  components: OfferedComponent[];
  provider: { id: string; name: string } | null;
  page: { name: string; url: string } | null;
  confidence: string | null;
  open_incidents: { name: string; impact: string; started_at: string | null; url: string | null }[];
  advice: { code: string; sentence: string } | null;
  evidence: { url: string; outcome: string }[];
}
export interface CatalogueEntry {
  name: string;
  home: string;
  status_page: string;
  provider: string | null;
  categories: string[];
}
export interface VendorUpdate {
  at: string | null;
  phase: string | null;
  text: string;
}
export interface VendorIncident {
  id: string;
  name: string;
  impact: string;
  phase: string;
  started_at: string | null;
  url: string | null;
  updates: VendorUpdate[];
}
export interface VendorMaintenance {
  id: string;
  name: string;
  phase: string;
  scheduled_for: string | null;
  scheduled_until: string | null;
  url: string | null;
  active: boolean;
}
export interface VendorView {
  page_name: string;
  page_url: string;
  provider: { id: string; name: string } | null;
  component: { key: string; name: string; group_path: string[] } | null;
  status: string;
  raw: string | null;
  read_at: string | null;
  failures: number;
  incidents: VendorIncident[];
  maintenances: VendorMaintenance[];
  notes: VendorIncident[];
  suggestions: string[];
}
export interface DependencyInput {
  api_urls: string[];
  component_key?: string | null;
  component_name?: string | null;
}
export interface Dependency {
  page_name: string;
  page_url: string;
  api_urls: string[];
  component_key: string | null;
  component_name: string | null;
  status: string;
}
export interface FailingDependency {
  page_name: string;
  component: string | null;
  level: string;
  incident: string | null;
  url: string | null;
  sentence: string;
}
