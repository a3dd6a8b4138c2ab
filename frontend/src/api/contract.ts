/** The names by which the web app calls the shapes of the HTTP contract (`schema.gen.ts`). */
import type { components } from './schema.gen';

type Schemas = components['schemas'];

/** Ours, from live events: a first attempt failed and is being tried again. */
interface Suspicion {
  suspect?: boolean;
}

export type StatusWord = Schemas['ServiceStatus'];
export type Reason = Schemas['Reason'];
export type CurrentStatus = Schemas['CurrentStatus'] & Suspicion;
export type Day = Schemas['Day'];
export type MonitorType = Schemas['MonitorType'];
export type Service = Omit<Schemas['Service'], 'current_status'> & {
  current_status: CurrentStatus;
  /** Ours: somebody deleted it since the list was read. */
  gone?: boolean;
};
/** The services of one category, counted. */
export type ServiceGroup = Schemas['ServiceGroup'];
export type Tag = Schemas['Tag'];
export type Maintenance = Schemas['Maintenance'];
export type BulkInput = Schemas['BulkInput'];
export type BulkResult = Schemas['BulkResult'];
/** A service on its own page. */
export type ServiceDetail = Service &
  Pick<
    Schemas['ServiceDetail'],
    'uptime' | 'body' | 'latest' | 'depends_on' | 'depends_on_services'
  > & {
    /** Of the version that was read; sent back with changes. */
    etag?: string | null;
  };
/** What is sent to add or edit a service. */
export type ServiceDraft = Schemas['ServiceInput'];
export type Assertion = Schemas['Assertion'];
export type AssertionKind = Schemas['AssertionKind'];
/** What a look at an unsaved service found. */
export type TestRun = Schemas['TestRun'];
export type Observation = Schemas['Observation'];
export type Certificate = Schemas['Certificate'];
export type Check = Schemas['Check'];
export type LatencyPoint = Schemas['LatencyPoint'];

export type CatalogueEntry = Schemas['CatalogueEntry'];
export type Discovery = Schemas['Discovery'];
export type Vendor = Schemas['Vendor'];
export type VendorIncident = Schemas['VendorIncident'];
export type VendorMaintenance = Schemas['VendorMaintenance'];
/** What a vendor said at one look. */
export type VendorWords = Schemas['VendorWords'];
export type Dependency = Schemas['Dependency'];
/** A service that another one depends on. */
export type NeededService = Schemas['NeededService'];
export type DependencyInput = Schemas['DependencyInput'];
export type FailingDependency = Schemas['FailingDependency'];

export type Severity = Schemas['Severity'];
export type IncidentType = Schemas['IncidentType'];
export type Incident = Schemas['Incident'];
export type IncidentEvent = Schemas['IncidentEvent'];
export type IncidentDetail = Schemas['IncidentDetail'];

export type Summary = Schemas['Summary'];
/** A channel that takes no notices until somebody changes it or tests it with success. */
export type BrokenChannel = Schemas['BrokenChannel'];
export type Provider = 'google' | 'github';
export type Me = Schemas['MeView'];
export type Session = Schemas['SessionView'];
export type Preferences = Schemas['PreferencesView'];
export type PreferencesDraft = Schemas['PreferencesInput'];
export type Density = Schemas['Density'];
export type ReportDay = Schemas['ReportDay'];
export type SetupForm = Record<keyof Schemas['SetupInput'], string>;

/** Live events are no part of the document; their data is what the server puts into them. */
export interface ServiceStatusEvent extends Suspicion {
  service_id: string;
  status: StatusWord;
  response_time: number | null;
  checked_at: string;
  since?: string;
  reason?: Reason | null;
}
export interface ServiceChangedEvent {
  service_id: string;
  change?: string;
}
/** Of `incident.opened`, `incident.changed` and `incident.resolved`. */
export interface IncidentLiveEvent {
  incident_id: string;
  service_id: string;
}
